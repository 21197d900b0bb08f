package org.quern.padata.agrona;

import java.util.List;

import org.agrona.concurrent.Agent;
import org.quern.kapi.Operation;
import org.quern.padata.ExternalWorker;
import org.quern.padata.Padata;

/**
 * The workers of an instance as Agrona {@link Agent}s: each to be run by an {@code AgentRunner} with any
 * {@code IdleStrategy}, by an {@code AgentInvoker} in somebody's own loop, or as a part of a {@code CompositeAgent}, beside
 * an Aeron client or a media driver.
 * <pre>
 *     Padata padata = Padata.open(PadataOptions.defaults().externalWorkers(2, 16));
 *     for (Agent agent : PadataAgents.of(padata)) {
 *         AgentRunner.startOnThread(new AgentRunner(new BackoffIdleStrategy(), handler, null, agent));
 *     }
 * </pre>
 * Close the instance while the agents still run: its jobs need them. Afterwards they find nothing to do.
 */
@Operation(threads = Operation.Threads.ANY)
public final class PadataAgents {
    private PadataAgents() {}

    /**
     * One agent for each external worker; always over the same workers.
     *
     * @param padata the instance, opened with {@link org.quern.padata.PadataOptions#externalWorkers}
     * @return the agents; none if the instance has threads of its own
     */
    @SuppressWarnings("exports") // who calls this has Agrona
    public static List<Agent> of(Padata padata) {
        return padata.externalWorkers().stream().<Agent>map(WorkerAgent::new).toList();
    }

    private record WorkerAgent(ExternalWorker worker) implements Agent {
        @Override
        public int doWork() {
            return worker.doWork();
        }

        @Override
        public String roleName() {
            return worker.instanceName() + "-parallel-" + worker.index();
        }
    }
}
