package org.quern.examples.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.quern.padata.Padata;

/**
 * Consumes a topic: records are processed in parallel, delivered in order for each partition, and committed in order.
 * <p>
 * Invariant: a committed offset n of a partition means that every record below n was delivered. Offsets come from serial phases
 * only, and only one commit is under way at a time.
 *
 * @param <R> result of the parallel part
 */
public final class OrderedConsumer<R> implements Runnable {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration DRAIN = Duration.ofSeconds(20);
    private static final long COMMIT_NANOS = 100_000_000;

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final Padata padata;
    private final int capacity;
    private final RecordHandler<R> handler;
    private final Map<TopicPartition, Lane<R>> lanes = new HashMap<>();
    private long lastCommit = System.nanoTime();

    /**
     * A consumer that has not begun.
     *
     * @param consumer with enable.auto.commit=false; used by {@link #run} and closed by it
     * @param topic what to consume
     * @param padata whose workers process
     * @param capacity records in flight for each partition
     * @param handler what to do with records
     */
    public OrderedConsumer(Consumer<byte[], byte[]> consumer, String topic, Padata padata, int capacity,
            RecordHandler<R> handler) {
        this.consumer = consumer;
        this.topic = topic;
        this.padata = padata;
        this.capacity = capacity;
        this.handler = handler;
    }

    /** Ends {@link #run}, from any thread: what is in flight is delivered and committed. */
    public void stop() {
        consumer.wakeup();
    }

    /** Polls until {@link #stop}. */
    @Override
    public void run() {
        try (consumer) {
            consumer.subscribe(List.of(topic), new Rebalance());
            while (true) {
                spread(consumer.poll(POLL));
                resumeThoseWithRoom();
                if (System.nanoTime() - lastCommit >= COMMIT_NANOS) {
                    commit(lanes.keySet());
                }
            }
        } catch (WakeupException e) {
            // stop(): close() below revokes the partitions, which drains and commits.
        }
    }

    // snippet: spread
    private void spread(ConsumerRecords<byte[], byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            Lane<R> lane = lanes.computeIfAbsent(partition, this::open);
            lane.add(records.records(partition));
            if (!lane.submitWaiting()) {
                consumer.pause(List.of(partition)); // its shell is full: the broker keeps the rest
            }
        }
    }
    // end: spread

    private void resumeThoseWithRoom() {
        for (TopicPartition partition : consumer.paused()) {
            Lane<R> lane = lanes.get(partition);
            if (lane == null || (lane.isHalfEmpty() && lane.submitWaiting())) {
                consumer.resume(List.of(partition));
            }
        }
    }

    private void commit(Collection<TopicPartition> partitions) {
        lastCommit = System.nanoTime();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            Lane<R> lane = lanes.get(partition);
            long offset = lane == null ? Lane.NOTHING : lane.toCommit();
            if (offset != Lane.NOTHING) {
                offsets.put(partition, new OffsetAndMetadata(offset));
            }
        }
        if (!offsets.isEmpty()) {
            consumer.commitSync(offsets); // not commitAsync: a late retry could set an offset back
            lanes.forEach((partition, lane) -> {
                OffsetAndMetadata offset = offsets.get(partition);
                if (offset != null) {
                    lane.committed(offset.offset());
                }
            });
        }
    }

    private Lane<R> open(TopicPartition partition) {
        return new Lane<>(padata, partition.toString(), capacity, handler);
    }

    /** Partitions come and go. Called inside poll and close, by the polling thread. */
    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            // A lane is opened with the first record.
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            forget(partitions, true);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            forget(partitions, false); // somebody else has them: too late to commit
        }

        private void forget(Collection<TopicPartition> partitions, boolean commit) {
            for (TopicPartition partition : partitions) {
                Lane<R> lane = lanes.get(partition);
                if (lane != null) {
                    lane.drain(DRAIN);
                }
            }
            if (commit) {
                commit(partitions);
            }
            lanes.keySet().removeAll(partitions);
        }
    }
}
