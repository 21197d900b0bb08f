package org.quern.examples.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.quern.padata.Backpressure;
import org.quern.padata.Job;
import org.quern.padata.Padata;
import org.quern.padata.Shell;
import org.quern.padata.ShellOptions;
import org.quern.padata.SubmitResult;
import org.quern.padata.Worker;

/** One partition: its shell, the records that found the shell full, and how far it has come. Used by the poll loop. */
final class Lane<R> {
    static final long NOTHING = -1;

    private final Shell shell;
    private final RecordHandler<R> handler;
    private final Queue<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
    /** The offset to go on from: one after the last record delivered. Written in serial phases, read by the poll loop. */
    private volatile long reached = NOTHING;
    private volatile @Nullable Throwable broken;
    private long committed = NOTHING;

    Lane(Padata padata, String name, int capacity, RecordHandler<R> handler) {
        this.handler = handler;
        // FAIL: the poll loop must neither wait nor work, or the broker takes the consumer for dead.
        shell = padata.newShell(ShellOptions.defaults().named(name).withCapacity(capacity)
                .withBackpressure(Backpressure.FAIL));
    }

    void add(List<ConsumerRecord<byte[], byte[]>> records) {
        waiting.addAll(records);
        submitWaiting();
    }

    /** Submits what waits, as far as there is room; true if nothing waits any more. */
    boolean submitWaiting() {
        for (ConsumerRecord<byte[], byte[]> record = waiting.peek(); record != null; record = waiting.peek()) {
            SubmitResult result = shell.submit(new RecordJob(record)).result();
            if (result == SubmitResult.FULL || result == SubmitResult.BUSY) {
                return false; // later
            }
            if (result != SubmitResult.ACCEPTED) {
                throw new IllegalStateException("shell " + shell.name() + " did not take a record: " + result);
            }
            waiting.remove();
        }
        return true;
    }

    boolean isHalfEmpty() {
        return shell.inFlight() <= shell.capacity() / 2;
    }

    /** The offset to commit, or {@link #NOTHING} if there is nothing new. */
    long toCommit() {
        rethrow();
        long now = reached;
        return now == committed ? NOTHING : now;
    }

    void committed(long offset) {
        committed = offset;
    }

    /** Waits for what is in flight; what waits is left to whoever gets the partition next. */
    void drain(Duration deadline) {
        waiting.clear();
        shell.close(deadline);
    }

    private void rethrow() {
        Throwable cause = broken;
        if (cause != null) {
            throw new IllegalStateException("delivering failed in " + shell.name(), cause);
        }
    }

    /** One record. */
    private final class RecordJob extends Job {
        private final ConsumerRecord<byte[], byte[]> record;
        private @Nullable R result;

        RecordJob(ConsumerRecord<byte[], byte[]> record) {
            this.record = record;
        }

        @Override
        protected void parallel(Worker worker) throws Exception {
            result = handler.process(record);
        }

        @Override
        protected void serial() {
            R ready = result;
            if (ready == null) {
                failed(new IllegalStateException("process returned null"));
            } else {
                inTurn(() -> handler.deliver(record, ready));
            }
        }

        @Override
        protected void failed(Throwable cause) {
            inTurn(() -> handler.failed(record, cause));
        }

        /** If a delivery throws nothing behind it may be delivered or committed: the poll loop ends, and a restart repeats it. */
        private void inTurn(Runnable delivery) {
            if (broken != null) {
                return;
            }
            try {
                delivery.run();
                reached = record.offset() + 1; // volatile: the poll loop that commits it sees it delivered
            } catch (RuntimeException | Error e) {
                broken = e;
            }
        }
    }
}
