package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.quern.padata.order.DrainWords;
import org.quern.padata.order.RingCursors;

/**
 * The serial phase of one shell: what the holder of the drain token does. Every method is for the holder only, and
 * after it returns the caller holds the token no more: it is parked in the ring, or went with the shell to a queue.
 * <pre>
 *                               complete() found TOKEN
 *                                       |
 *            inline, on a worker        |      callback CPU, or completed from outside
 *          +----------------------------+--------------------------------+
 *          v                                                             v
 *     drain here  --budget used up--> run queue            queue of the head's serial worker
 *          |                             |                               |
 *          |<----------------------------+                          drain there --next job on another lane--> that queue
 *          v                                                             |
 *     head not done: park <----------------------------------------------+
 * </pre>
 */
final class SerialPhase {
    /** How many serial phases one turn may run before other shells get theirs. */
    static final int BUDGET = 256;
    /** The lane of a thread that serialises inline. */
    static final int INLINE_LANE = -1;

    private static final VarHandle FAILED;
    private static final VarHandle DROPPED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            FAILED = lookup.findVarHandle(SerialPhase.class, "failed", long.class);
            DROPPED = lookup.findVarHandle(SerialPhase.class, "dropped", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final RingEngine engine;
    private final Ring ring;
    private final boolean recording;
    private long failed; // these two: written by the token's holder, read by stats
    private long dropped;

    SerialPhase(RingEngine engine, Ring ring) {
        this.engine = engine;
        this.ring = ring;
        recording = engine.instance().options().recordJobs;
    }

    /** The head is done and the calling worker holds the token: here and now, or on the head's callback CPU. */
    void begin() {
        if (engine.isInline()) {
            drain(INLINE_LANE);
        } else {
            handOver(ring.cursors.headPlain());
        }
    }

    /**
     * Runs serial phases until the head is not done, the budget is used up, or the next job belongs to another lane.
     *
     * @param lane the lane the calling thread stands for, or {@link #INLINE_LANE}
     */
    void drain(int lane) {
        RingCursors cursors = ring.cursors;
        DrainWords words = ring.words;
        boolean anywhere = engine.isInline();
        boolean fixed = ring.isFixed();
        long head = cursors.headPlain();
        int budget = BUDGET;
        int jobs;
        while ((jobs = words.takeOrPark(head)) != 0) {
            words.clearPlain(head);
            int served = 0;
            for (; jobs > 0; jobs--) {
                Job job = ring.jobPlain(head);
                boolean isVoid = Ring.isVoid(job);
                if (budget-- == 0 || engine.isClosed()
                        || (!anywhere && !isVoid && ring.callbackCpuPlain(head) != lane)) {
                    if (fixed) {
                        cursors.setHeadRelease(head);
                    }
                    words.putBackPlain(head, jobs);
                    engine.served(served);
                    handOver(head);
                    engine.wakeWaiters(false);
                    return;
                }
                if (fixed) {
                    cursors.setSerialisedOpaque(head++); // the slot is the job's until its callback has returned
                } else {
                    ring.clearPlain(head);
                    cursors.setHeadRelease(++head); // before the callback: a callback that submits finds room
                }
                if (!isVoid) {
                    served++;
                    if (recording) {
                        JobPhaseEvent.Serial.serialise(this, engine, job, head - 1);
                    } else {
                        serialise(job);
                    }
                }
            }
            if (fixed) {
                cursors.setHeadRelease(head);
            }
            engine.served(served);
            engine.wakeWaiters(false); // opportunistic: no fence since the head moved; the one after parking is certain
        }
        engine.wakeWaiters(true); // the parking compare-and-set is the fence; see Waiters
    }

    /** Gives the token to whoever serialises the job at the head. */
    void handOver(long head) {
        if (engine.isClosed()) {
            return; // the token is lost on purpose: nothing more will be serialised
        }
        if (engine.isInline()) {
            engine.scheduleDrain();
        } else {
            engine.scheduleOnLane(ring.callbackCpuPlain(head));
        }
    }

    void serialise(Job job) {
        Throwable failure = job.failure;
        if (failure != null) {
            job.failure = null;
            FAILED.setOpaque(this, failed + 1);
            if (failure instanceof JobDroppedException) {
                DROPPED.setOpaque(this, dropped + 1);
            }
        }
        if (job.deferred != null) {
            job.deferred = null;
        }
        job.setTicketRelease(ring.isFixed() ? Job.TAKEN : Job.IDLE); // from here on the job is its owner's, or its slot's
        try {
            if (failure == null) {
                job.serial();
            } else {
                job.failed(failure);
            }
        } catch (Throwable t) {
            engine.report(job, t);
        }
    }

    long droppedOpaque() {
        return (long) DROPPED.getOpaque(this);
    }

    long failedOpaque() {
        return (long) FAILED.getOpaque(this);
    }
}
