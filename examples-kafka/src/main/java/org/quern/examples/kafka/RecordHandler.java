package org.quern.examples.kafka;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What is done with records.
 *
 * @param <R> result of the parallel part
 */
public interface RecordHandler<R> {
    /**
     * The parallel part: any thread, any order.
     *
     * @param record the record
     * @return the result, not null
     * @throws Exception to have {@link #failed} called in the record's turn
     */
    R process(ConsumerRecord<byte[], byte[]> record) throws Exception;

    /**
     * The ordered part: in the order of offsets, one record of a partition at a time. When it has returned the record may be
     * committed.
     *
     * @param record the record
     * @param result of {@link #process}
     */
    void deliver(ConsumerRecord<byte[], byte[]> record, R result);

    /**
     * A record that could not be processed, in its turn: put it aside. When it has returned the record may be committed.
     *
     * @param record the record
     * @param cause what {@link #process} threw
     */
    void failed(ConsumerRecord<byte[], byte[]> record, Throwable cause);
}
