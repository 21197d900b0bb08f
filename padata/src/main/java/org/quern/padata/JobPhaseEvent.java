package org.quern.padata;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * One phase of one job, for Java Flight Recorder, in instances opened with {@link PadataOptions#recordJobs}. How long the
 * job waited for a worker or for its turn is the gap between its submission, its parallel and its serial phase.
 */
@Category({"Quern", "padata"})
@StackTrace(false)
@Enabled(false)
abstract class JobPhaseEvent extends Event {
    @Label("Shell")
    String shell = "";
    @Label("Sequence")
    @Description("The number of the job in its shell")
    long sequence;

    /** The parallel phase. */
    @Name("org.quern.padata.ParallelPhase")
    @Label("Parallel Phase of a Job")
    static final class Parallel extends JobPhaseEvent {
        @Label("Failed")
        boolean failed;
        @Label("Deferred")
        @Description("The job will be completed by its token")
        boolean deferred;
        @Label("Worker")
        @Description("The worker's number; -1 for a submitting thread that helped")
        int worker;

        /** As {@link Worker#run}. */
        static boolean run(Worker worker, RingEngine engine, Job job, long sequence) {
            Parallel event = new Parallel();
            event.begin();
            boolean done = worker.run(engine, job, sequence);
            event.end();
            if (event.shouldCommit()) {
                event.shell = engine.name();
                event.sequence = sequence;
                event.deferred = !done;
                event.failed = done && job.failure != null; // a deferred job may be its completer's by now
                event.worker = worker.index();
                event.commit();
            }
            return done;
        }
    }

    /** The serial phase. */
    @Name("org.quern.padata.SerialPhase")
    @Label("Serial Phase of a Job")
    static final class Serial extends JobPhaseEvent {
        @Label("Failed")
        boolean failed;

        /** As {@link SerialPhase#serialise}. */
        static void serialise(SerialPhase phase, RingEngine engine, Job job, long sequence) {
            Serial event = new Serial();
            event.failed = job.failure != null;
            event.begin();
            phase.serialise(job);
            event.end();
            if (event.shouldCommit()) {
                event.shell = engine.name();
                event.sequence = sequence;
                event.commit();
            }
        }
    }
}
