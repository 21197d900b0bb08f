package org.quern.jcstress.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.quern.padata.Job;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.Shell;
import org.quern.padata.Worker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** R2: a job submitted by two threads at once runs as often as it was accepted, and at least one is accepted. */
@JCStressTest
@Outcome(id = {"1, 0, 1", "0, 1, 1"}, expect = ACCEPTABLE, desc = "one refused")
@Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "the first was serialised before the second was submitted")
@Outcome(expect = FORBIDDEN, desc = "lost, or run without having been accepted")
@State
public class SameJobTwiceStress {
    private static final Padata PADATA = Padata.open(PadataOptions.defaults().named("twice").parallelWorkers(1));
    private static final Shell SHELL = PADATA.newShell();

    private static final class Counted extends Job {
        volatile int serialised;

        @Override
        protected void parallel(Worker worker) {}

        @Override
        protected void serial() {
            serialised = serialised + 1;
        }
    }

    private final Counted job = new Counted();

    private int submit() {
        try {
            return SHELL.submit(job).accepted() ? 1 : 0;
        } catch (IllegalStateException inFlight) {
            return 0;
        }
    }

    @Actor
    public void one(III_Result r) {
        r.r1 = submit();
    }

    @Actor
    public void two(III_Result r) {
        r.r2 = submit();
    }

    /** Waits until the accepted ones ran; a refused one that runs all the same comes right behind. */
    @Arbiter
    public void arbiter(III_Result r) {
        while (job.serialised < r.r1 + r.r2) {
            Thread.onSpinWait();
        }
        while (SHELL.inFlight() > 0) {
            Thread.onSpinWait();
        }
        r.r3 = job.serialised;
    }
}
