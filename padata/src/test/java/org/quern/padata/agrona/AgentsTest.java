package org.quern.padata.agrona;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.CompositeAgent;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.Shell;

import static org.assertj.core.api.Assertions.assertThat;

/** An instance whose workers are all foreign agents, under each runner and each idle strategy of Agrona. */
@Timeout(60)
class AgentsTest {
    static List<IdleStrategy> strategies() {
        return List.of(new BackoffIdleStrategy(), new BusySpinIdleStrategy(), new NoOpIdleStrategy(),
                new SleepingIdleStrategy(), new SleepingMillisIdleStrategy(), new YieldingIdleStrategy());
    }

    private static List<Integer> submit(Shell shell, int jobs) {
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            assertThat(shell.submit(i, n -> n * 2, seen::add).accepted()).isTrue();
        }
        return seen;
    }

    private static void assertOrdered(List<Integer> seen, int jobs) {
        assertThat(seen).hasSize(jobs);
        for (int i = 0; i < jobs; i++) {
            assertThat(seen.get(i)).isEqualTo(2 * i);
        }
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void runnersShouldWorkWithAnyIdleStrategy(IdleStrategy strategy) {
        Padata padata = Padata.open(PadataOptions.defaults().named("aeron").externalWorkers(2, 16));
        AtomicReference<Throwable> failed = new AtomicReference<>();
        List<AgentRunner> runners = new ArrayList<>();
        for (Agent agent : PadataAgents.of(padata)) {
            AgentRunner runner = new AgentRunner(strategy instanceof BackoffIdleStrategy
                    ? new BackoffIdleStrategy()
                    : strategy, failed::set, null, agent);
            runners.add(runner);
            AgentRunner.startOnThread(runner);
        }
        assertThat(runners).extracting(runner -> runner.agent().roleName()).containsExactly("aeron-parallel-0",
                "aeron-parallel-1");
        Shell shell = padata.newShell();
        List<Integer> seen = submit(shell, 3000);
        shell.close();
        assertOrdered(seen, 3000);
        assertThat(padata.close(Duration.ofSeconds(20)).drained()).isTrue();
        runners.forEach(AgentRunner::close);
        assertThat(failed.get()).isNull();
        assertThat(padata.stats().serialised()).isEqualTo(3000);
    }

    @Test
    void invokerAndCompositeShouldRunEverythingOnTheCallersThread() {
        Padata padata = Padata.open(PadataOptions.defaults().externalWorkers(3, 1));
        Shell shell = padata.newShell();
        AgentInvoker invoker = new AgentInvoker(Throwable::printStackTrace, null,
                new CompositeAgent(PadataAgents.of(padata)));
        invoker.start();
        assertThat(invoker.invoke()).isZero();
        List<Integer> seen = submit(shell, 500);
        assertThat(seen).as("nobody works unless invoked").isEmpty();
        while (shell.inFlight() > 0) {
            assertThat(invoker.invoke()).isPositive();
        }
        assertOrdered(seen, 500);
        assertThat(padata.close(Duration.ofSeconds(1)).drained()).isTrue();
        assertThat(invoker.invoke()).isZero();
        invoker.close();
        assertThat(PadataAgents.of(padata)).hasSize(3);
    }
}
