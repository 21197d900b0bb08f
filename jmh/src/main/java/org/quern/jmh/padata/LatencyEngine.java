package org.quern.jmh.padata;

import java.util.function.LongConsumer;

/** Who is measured for latency: ours, with one worker and two, and the peers. */
enum LatencyEngine {
    PADATA_1, PADATA_2, PADATA_2_SLOTS, PADATA_AGENTS_BACKOFF, FUTURES_BLOCKING_QUEUE, FLAT_MAP_SEQUENTIAL, DISRUPTOR_YIELDING, DISRUPTOR_BLOCKING;

    /** @param delivered gets the due time of each job, one after the other, in order */
    LatencyPipeline open(Work work, LongConsumer delivered) {
        return switch (this) {
            case PADATA_1 -> new PadataLatency(work, 1, delivered);
            case PADATA_2 -> new PadataLatency(work, 2, delivered);
            case PADATA_2_SLOTS -> new PadataLatency.Slots(work, 2, delivered);
            case PADATA_AGENTS_BACKOFF -> new PadataLatency.Agents(work, delivered);
            case FUTURES_BLOCKING_QUEUE -> new LatencyPeers.Futures(work, delivered);
            case FLAT_MAP_SEQUENTIAL -> new LatencyPeers.FlatMapSequential(work, delivered);
            case DISRUPTOR_YIELDING -> new LatencyPeers.OfDisruptor(work, delivered, true);
            case DISRUPTOR_BLOCKING -> new LatencyPeers.OfDisruptor(work, delivered, false);
        };
    }
}
