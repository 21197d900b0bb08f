package org.quern.jcstress.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.Job;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.Shell;
import org.quern.padata.Worker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * Pair 19 on a running instance: a job that defers itself, and whose token nobody ever uses, is cancelled while it does so.
 * If neither the cancellation saw the token nor the deferral the cancellation, the job stays in flight for ever, and this
 * test hangs; the arbiter gives up after a while and says so.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "cancelled, and told so in its turn")
@Outcome(expect = FORBIDDEN, desc = "neither side saw the other: stuck for ever")
@State
public class CancelDeferStress {
    private static final long GIVE_UP_NANOS = 10_000_000_000L;
    private static final Padata PADATA = Padata.open(PadataOptions.defaults().named("cancel").parallelWorkers(1));

    private static final class Deferring extends Job {
        volatile int told;

        @Override
        protected void parallel(Worker worker) {
            worker.defer();
        }

        @Override
        protected void serial() {
            told = 2;
        }

        @Override
        protected void failed(Throwable cause) {
            told = 1;
        }
    }

    private static final Shell SHELL = PADATA.newShell();
    private final Deferring job = new Deferring();

    @Actor
    public void submit() {
        SHELL.submit(job);
    }

    /** Cancels the moment the job is in flight. */
    @Actor
    public void cancel(II_Result r) {
        long start = System.nanoTime();
        while (!job.cancel()) {
            if (System.nanoTime() - start > GIVE_UP_NANOS) {
                return;
            }
            Thread.onSpinWait();
        }
        r.r1 = 1;
    }

    @Arbiter
    public void arbiter(II_Result r) {
        long start = System.nanoTime();
        while (job.told == 0 && System.nanoTime() - start < GIVE_UP_NANOS) {
            Thread.onSpinWait();
        }
        r.r2 = job.told;
    }
}
