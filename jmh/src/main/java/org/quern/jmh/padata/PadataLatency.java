package org.quern.jmh.padata;

import java.util.function.LongConsumer;

import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.quern.padata.Job;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.Shell;
import org.quern.padata.ShellOptions;
import org.quern.padata.SlotShell;
import org.quern.padata.Worker;
import org.quern.padata.agrona.PadataAgents;

/** Ours: one shell, reused jobs, workers that look for a while and then sleep. */
final class PadataLatency implements LatencyPipeline {
    private static final class DueJob extends Job {
        private final Work work;
        private final LongConsumer delivered;
        long due;

        DueJob(Work work, LongConsumer delivered) {
            this.work = work;
            this.delivered = delivered;
        }

        @Override
        protected void parallel(Worker worker) {
            work.run(worker.context(Work.Context.class));
        }

        @Override
        protected void serial() {
            delivered.accept(due);
        }
    }

    private final Padata padata;
    private final Shell shell;
    private final DueJob[] jobs;
    private int next;

    PadataLatency(Work work, int workers, LongConsumer delivered) {
        this(Padata.open(options(workers)), work, delivered);
    }

    private PadataLatency(Padata padata, Work work, LongConsumer delivered) {
        this.padata = padata;
        shell = padata.newShell(ShellOptions.defaults().singleProducer(true));
        jobs = new DueJob[2 * shell.capacity()];
        for (int i = 0; i < jobs.length; i++) {
            jobs[i] = new DueJob(work, delivered);
        }
    }

    private static PadataOptions options(int workers) {
        return PadataOptions.defaults().parallelWorkers(workers).workerContext(Work.Context::new);
    }

    @Override
    public void submit(long due) {
        DueJob job = jobs[next++ & (jobs.length - 1)];
        job.due = due;
        shell.submit(job);
    }

    @Override
    public void close() {
        padata.close();
    }

    /** The same with jobs that stand in their slots. */
    static final class Slots implements LatencyPipeline {
        private final Padata padata;
        private final SlotShell<DueJob> slots;

        Slots(Work work, int workers, LongConsumer delivered) {
            padata = Padata.open(options(workers));
            slots = padata.newSlotShell(ShellOptions.defaults(), () -> new DueJob(work, delivered));
        }

        @Override
        public void submit(long due) {
            slots.claim().due = due;
            slots.publish();
        }

        @Override
        public void close() {
            padata.close();
        }
    }

    /** The same with two workers that are Agrona agents with a strategy that spins, yields and then parks by the clock. */
    static final class Agents implements LatencyPipeline {
        private final PadataLatency pipeline;
        private final AgentRunner[] runners;

        Agents(Work work, LongConsumer delivered) {
            Padata padata = Padata
                    .open(PadataOptions.defaults().externalWorkers(2, 16).workerContext(Work.Context::new));
            runners = PadataAgents.of(padata).stream()
                    .map(agent -> new AgentRunner(new BackoffIdleStrategy(), Throwable::printStackTrace, null, agent))
                    .toArray(AgentRunner[]::new);
            for (AgentRunner runner : runners) {
                AgentRunner.startOnThread(runner);
            }
            pipeline = new PadataLatency(padata, work, delivered);
        }

        @Override
        public void submit(long due) {
            pipeline.submit(due);
        }

        @Override
        public void close() {
            pipeline.close();
            for (AgentRunner runner : runners) {
                runner.close();
            }
        }
    }
}
