package org.quern.jmh.padata;

import org.quern.jmh.padata.PadataPipeline.Form;

/** Who delivers jobs in order: ours, the peers, the limit and the yardstick. */
public enum OrderedEngine {
    /** The limit. */
    SERIAL_LOOP,
    /** One hop through a JCTools queue. */
    SPSC_HOP,
    /** One worker, and the submitter helps when the ring is full. */
    PADATA_1,
    /** Two workers and the helping submitter. */
    PADATA_2,
    /** One worker, and a shell for a single producer. */
    PADATA_1_SINGLE,
    /** Two workers, and a shell for a single producer. */
    PADATA_2_SINGLE,
    /** One worker, and jobs submitted in runs of 32. */
    PADATA_1_RUNS,
    /** Two workers, and jobs submitted in runs of 32. */
    PADATA_2_RUNS,
    /** One worker, and jobs that stand in the slots. */
    PADATA_1_SLOTS,
    /** Two workers, and jobs that stand in the slots. */
    PADATA_2_SLOTS,
    /** One worker, and jobs that stand in the slots, claimed in runs of 32. */
    PADATA_1_SLOT_RUNS,
    /** Two workers, and jobs that stand in the slots, claimed in runs of 32. */
    PADATA_2_SLOT_RUNS,
    /** One worker and a serial worker of its own. */
    PADATA_1_SERIAL,
    /** Disruptor with a ring of 1024. */
    DISRUPTOR_1K,
    /** Disruptor with a ring of 65536. */
    DISRUPTOR_64K,
    /** Ordered parallel stream. */
    PARALLEL_STREAM,
    /** Queue of CompletableFutures. */
    FUTURES,
    /** Reactor's flatMapSequential. */
    FLAT_MAP_SEQUENTIAL,
    /** Gatherers.mapConcurrent. */
    MAP_CONCURRENT;

    Pipeline open(Work work) {
        return switch (this) {
            case SERIAL_LOOP -> Peers.serialLoop(work);
            case SPSC_HOP -> new Peers.SpscHop(work);
            case PADATA_1 -> new PadataPipeline(work, 1, Form.PLAIN);
            case PADATA_2 -> new PadataPipeline(work, 2, Form.PLAIN);
            case PADATA_1_SINGLE -> new PadataPipeline(work, 1, Form.SINGLE_PRODUCER);
            case PADATA_2_SINGLE -> new PadataPipeline(work, 2, Form.SINGLE_PRODUCER);
            case PADATA_1_RUNS -> new PadataPipeline(work, 1, Form.RUNS);
            case PADATA_2_RUNS -> new PadataPipeline(work, 2, Form.RUNS);
            case PADATA_1_SLOTS -> new SlotPipeline(work, 1, 1);
            case PADATA_2_SLOTS -> new SlotPipeline(work, 2, 1);
            case PADATA_1_SLOT_RUNS -> new SlotPipeline(work, 1, 32);
            case PADATA_2_SLOT_RUNS -> new SlotPipeline(work, 2, 32);
            case PADATA_1_SERIAL -> new PadataPipeline(work, 1, Form.SERIAL_WORKER);
            case DISRUPTOR_1K -> new DisruptorPipeline(work, 1024);
            case DISRUPTOR_64K -> new DisruptorPipeline(work, 1 << 16);
            case PARALLEL_STREAM -> Peers.parallelStream(work);
            case FUTURES -> new Peers.Futures(work);
            case FLAT_MAP_SEQUENTIAL -> new StreamPeers.FlatMapSequential(work);
            case MAP_CONCURRENT -> StreamPeers.mapConcurrent(work);
        };
    }
}
