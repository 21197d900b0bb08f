package org.quern.examples.gateway;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;
import org.quern.examples.capture.CaptureWriter;
import org.quern.examples.esp.Outcome;
import org.quern.examples.report.CipherBaseline;
import org.quern.examples.report.HeapAccount;
import org.quern.examples.report.OutcomeTally;

/**
 * The end of the line: checks that packets arrive in input order, counts and writes them. Called by the serial lane, one packet
 * at a time; padata makes what one call wrote visible to the next. Other threads read {@link #delivered} and {@link #failure} at any
 * time, the rest after the shell was closed.
 *
 * <p>The first failure is kept and ends the writing. The line itself goes on, so that every job comes back and nobody waits for
 * one that does not.
 */
final class Delivery {
    private static final VarHandle DELIVERED;

    static {
        try {
            DELIVERED = MethodHandles.lookup().findVarHandle(Delivery.class, "delivered", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Direction direction;
    private final @Nullable CaptureWriter writer;
    private final @Nullable Verifier verifier;
    private final OutcomeTally tally = new OutcomeTally();
    private final CipherBaseline sizes;
    private final HeapAccount heap;
    private long bytesIn;
    private long bytesOut;
    private long delivered;
    private volatile @Nullable Throwable failure;

    Delivery(Direction direction, @Nullable CaptureWriter writer, @Nullable Verifier verifier, CipherBaseline sizes,
            HeapAccount heap) {
        this.direction = direction;
        this.writer = writer;
        this.verifier = verifier;
        this.sizes = sizes;
        this.heap = heap;
    }

    /** A packet whose parallel phase is over. */
    void deliver(PacketJob job) {
        try {
            if (job.number != delivered) {
                throw new IllegalStateException(
                        "order lost: packet " + job.number + " came when " + delivered + " was due");
            }
            if (failure == null) {
                settle(job);
            }
        } catch (Throwable t) {
            fail(t);
        }
        handBack(job);
    }

    /** A packet whose parallel phase threw. */
    void failed(PacketJob job, Throwable cause) {
        fail(cause);
        handBack(job);
    }

    private void settle(PacketJob job) throws Exception {
        Outcome outcome = job.outcome == Outcome.DONE ? direction.settle(job) : job.outcome;
        tally.count(outcome, job.frame.packetNumber());
        bytesIn += job.frame.bytes();
        if (job.number == HeapAccount.WARM_PACKETS) {
            heap.warm();
        }
        if (outcome != Outcome.DONE) {
            return;
        }
        bytesOut += job.outBytes;
        sizes.note(Math.min(job.ipBytes, job.outBytes - job.ipOffset));
        if (verifier != null) {
            verifier.check(job);
        }
        if (writer != null) {
            writer.write(job.frame.linkType(), job.frame.timestampNanos(), job.out, 0, job.outBytes);
        }
    }

    private void fail(Throwable t) {
        if (failure == null) {
            failure = t;
        }
    }

    private void handBack(PacketJob job) {
        // Release: the submitting thread fills this job again once it has seen the count, so everything done with the job
        // must be over by then. Pairs with the acquire in delivered().
        DELIVERED.setRelease(this, job.number + 1);
    }

    /** How many packets are done with. Acquire, pairs with the release in handBack(). */
    long deliveredAcquire() {
        return (long) DELIVERED.getAcquire(this);
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    OutcomeTally tally() {
        return tally;
    }

    long bytesIn() {
        return bytesIn;
    }

    long bytesOut() {
        return bytesOut;
    }

    /** Completes the output. */
    void finish() throws IOException {
        if (writer != null) {
            writer.finish();
        }
    }
}
