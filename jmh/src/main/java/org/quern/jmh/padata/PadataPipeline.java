package org.quern.jmh.padata;

import org.quern.padata.CpuMask;
import org.quern.padata.Job;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.Shell;
import org.quern.padata.ShellOptions;
import org.quern.padata.Worker;

/** Ours: one shell, reused intrusive jobs. */
final class PadataPipeline implements Pipeline {
    /** How jobs are submitted and serialised. */
    enum Form {
        PLAIN, SINGLE_PRODUCER, RUNS, SERIAL_WORKER
    }

    private static final int RUN = 32;

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
    private final Form form;
    private final Padata padata;
    private final Shell shell;
    private final WorkJob[] jobs;
    private long next;
    private long expected; // serial phases only, then close after the drain
    private long wrong;

    PadataPipeline(Work work, int workers, Form form) {
        this.work = work;
        this.form = form;
        PadataOptions options = PadataOptions.defaults().parallelWorkers(workers).workerContext(Work.Context::new);
        padata = Padata.open(form == Form.SERIAL_WORKER
                ? options.serialCpus(CpuMask.of(CpuMask.available().toArray()[0]))
                : options);
        shell = padata.newShell(ShellOptions.defaults()
                .singleProducer(form == Form.SINGLE_PRODUCER || form == Form.RUNS));
        jobs = new WorkJob[2 * shell.capacity()];
        for (int i = 0; i < jobs.length; i++) {
            jobs[i] = new WorkJob();
        }
    }

    @Override
    public void run(int count) {
        if (form == Form.RUNS) {
            submitRuns(count);
            return;
        }
        for (int i = 0; i < count; i++) {
            WorkJob job = jobs[(int) next & (jobs.length - 1)];
            job.number = next++;
            shell.submit(job);
        }
    }

    private void submitRuns(int count) {
        for (int left = count; left > 0;) {
            int at = (int) next & (jobs.length - 1);
            int run = Math.min(Math.min(left, RUN), jobs.length - at);
            for (int i = 0; i < run; i++) {
                jobs[at + i].number = next++;
            }
            left -= shell.submitAll(jobs, at, run);
        }
    }

    @Override
    public void drain() {
        while (shell.inFlight() != 0) {
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
