package org.quern.padata;

import jdk.jfr.FlightRecorder;
import org.quern.kapi.Operation;

/**
 * Shows instances to Java Flight Recorder: the event {@code org.quern.padata.Statistics}, one for each instance, every
 * second unless the recording says otherwise, with queue depth, reorder depth, head-of-line wait and inline runs. Nothing
 * is on the way of a job, and nothing is counted while nobody records.
 */
@Operation(threads = Operation.Threads.ANY)
public final class PadataRecording {
    private PadataRecording() {}

    /**
     * Offers the counters of an instance to recordings, until it is closed.
     *
     * @param padata the instance
     * @throws IllegalStateException if the instance is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the recorder's", errors = IllegalStateException.class)
    public static void offer(Padata padata) {
        Runnable take = () -> PadataStatisticsEvent.take(padata);
        FlightRecorder.addPeriodicEvent(PadataStatisticsEvent.class, take);
        padata.instance().attachments().add(() -> FlightRecorder.removePeriodicEvent(take), padata.name());
    }
}
