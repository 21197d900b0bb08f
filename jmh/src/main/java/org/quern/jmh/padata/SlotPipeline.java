package org.quern.jmh.padata;

import org.quern.padata.Job;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.ShellOptions;
import org.quern.padata.SlotShell;
import org.quern.padata.Worker;

/** Ours: jobs that stand in the slots of their ring. */
final class SlotPipeline implements Pipeline {
    private final class WorkJob extends Job {
        long number;

        @Override
        protected void parallel(Worker worker) {
            work.run(worker.context(Work.Context.class));
        }

        @Override
        protected void serial() {
            wrong += number == expected ? 0 : 1;
            expected = number + 1;
        }
    }

    private final Work work;
    private final int run;
    private final Padata padata;
    private final SlotShell<WorkJob> slots;
    private long next;
    private long expected; // serial phases only, then close after the drain
    private long wrong;

    SlotPipeline(Work work, int workers, int run) {
        this.work = work;
        this.run = run;
        padata = Padata.open(PadataOptions.defaults().parallelWorkers(workers).workerContext(Work.Context::new));
        slots = padata.newSlotShell(ShellOptions.defaults(), WorkJob::new);
    }

    @Override
    public void run(int count) {
        for (int left = count; left > 0; left -= run) {
            for (int i = Math.min(run, left); i > 0; i--) {
                slots.claim().number = next++;
            }
            slots.publish();
        }
    }

    @Override
    public void drain() {
        while (slots.shell().inFlight() != 0) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        padata.close(); // drains
        if (expected != next || wrong != 0) {
            throw new IllegalStateException("delivered " + expected + " of " + next + ", out of order " + wrong);
        }
    }
}
