package org.quern.jmh.padata;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;

/** LMAX Disruptor 4: two handlers share the sequence by parity, a third delivers after both. */
final class DisruptorPipeline implements Pipeline {
    /** A slot of the ring. */
    static final class Slot {
        long number;
    }

    private final Disruptor<Slot> disruptor;
    private final RingBuffer<Slot> ring;
    private long next;
    private volatile long last = -1;
    private long expected; // the last handler's
    private long wrong; // the last handler's, published by `last`

    DisruptorPipeline(Work work, int capacity) {
        disruptor = new Disruptor<>(Slot::new, capacity, DaemonThreadFactory.INSTANCE, ProducerType.SINGLE,
                new YieldingWaitStrategy());
        disruptor.handleEventsWith(half(work, 0), half(work, 1)).then((slot, sequence, endOfBatch) -> {
            wrong += slot.number == expected++ ? 0 : 1;
            if (endOfBatch) {
                last = slot.number;
            }
        });
        ring = disruptor.start();
    }

    private static EventHandler<Slot> half(Work work, int parity) {
        Work.Context context = new Work.Context();
        return (slot, sequence, endOfBatch) -> {
            if ((sequence & 1) == parity) {
                work.run(context);
            }
        };
    }

    @Override
    public void run(int count) {
        for (int i = 0; i < count; i++) {
            long sequence = ring.next();
            ring.get(sequence).number = next++;
            ring.publish(sequence);
        }
    }

    @Override
    public void drain() {
        while (last != next - 1) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        drain();
        disruptor.halt();
        if (wrong != 0) {
            throw new IllegalStateException("out of order " + wrong);
        }
    }
}
