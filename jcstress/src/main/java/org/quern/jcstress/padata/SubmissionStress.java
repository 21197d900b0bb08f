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
 * The whole chain on a running instance, with plain fields only: what the submitter wrote is seen by parallel, what
 * parallel wrote is seen by serial, what serial wrote is seen by the next serial. Two submitters at once.
 */
@JCStressTest
@Outcome(id = "3, 3", expect = ACCEPTABLE, desc = "every phase saw the one before")
@Outcome(expect = FORBIDDEN, desc = "a phase worked on stale data")
@State
public class SubmissionStress {
    private static final Padata PADATA = Padata.open(PadataOptions.defaults().named("stress").parallelWorkers(1));
    private static final Shell SHELL = PADATA.newShell();
    private static long serialPhases; // plain: serial phases of one shell are ordered

    private static final class Relay extends Job {
        int submitted;
        int ran;
        int delivered;
        volatile boolean done;

        @Override
        protected void parallel(Worker worker) {
            ran = submitted == 1 ? 2 : -1;
        }

        @Override
        protected void serial() {
            serialPhases++;
            delivered = ran == 2 ? 3 : -1;
            done = true;
        }
    }

    private final Relay first = new Relay();
    private final Relay second = new Relay();

    @Actor
    public void first() {
        first.submitted = 1;
        SHELL.submit(first);
    }

    @Actor
    public void second() {
        second.submitted = 1;
        SHELL.submit(second);
    }

    /** Waits for both serial phases. */
    @Arbiter
    public void arbiter(II_Result r) {
        while (!first.done || !second.done) {
            Thread.onSpinWait();
        }
        r.r1 = first.delivered;
        r.r2 = second.delivered;
    }
}
