package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.quern.padata.run.AsymmetricFence;

/**
 * Who looks after a shell: nobody, the run queue, or workers that serve it.
 * <pre>
 *     queued      1: in the run queue, or about to be put there by whoever raised it.
 *     serving     how many workers serve the shell. Each looks for work again after what it runs now, and once more
 *                 after it has left.
 *     drainPending  the drain token waits for the next worker that comes.
 *     onLane        the drain token goes with the shell through a serial worker's queue.
 * </pre>
 * Invariants. S1: if there is claimable work or a drain pending, then the shell is queued, or served, or somebody is on
 * the way to queue it. S2: if besides some worker is idle, the shell is queued, or that worker is about to look at what
 * the others serve, or a worker is just claiming. So no job waits for a worker's long callback while another worker has
 * nothing to do, and nothing is queued as long as nobody could take it.
 * <p>
 * Three Dekker pairs, each with the submitter's side "publish, light fence, look" ({@link #announce}):
 * <ul>
 * <li>against a worker that leaves: it lowers {@code serving}, heavy fence, looks for work ({@link #leave});
 * <li>against a worker that becomes idle: it raises the count of idle ones, heavy fence, looks at the run queue and at
 * what others serve ({@link IdleWorkers});
 * <li>against a worker that takes the shell from the queue: it raises {@code serving} before it lowers {@code queued}, and
 * will look when it leaves.
 * </ul>
 */
final class Scheduling {
    private static final VarHandle QUEUED;
    private static final VarHandle SERVING;
    private static final VarHandle DRAIN_PENDING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            QUEUED = lookup.findVarHandle(Scheduling.class, "queued", int.class);
            SERVING = lookup.findVarHandle(Scheduling.class, "serving", int.class);
            DRAIN_PENDING = lookup.findVarHandle(Scheduling.class, "drainPending", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Served engine;
    private final RunQueue runQueue;
    private volatile int queued;
    private volatile int serving;
    private volatile int drainPending;
    private volatile int onLane;

    Scheduling(Served engine, RunQueue runQueue) {
        this.engine = engine;
        this.runQueue = runQueue;
    }

    /** There is work. The caller has made it visible and passed a light fence since (or a full one). */
    void announce() {
        if (queued == 0 && !engine.isClosed() && (serving == 0 || runQueue.anyIdle())
                && QUEUED.compareAndSet(this, 0, 1)) {
            runQueue.offer(engine);
        }
    }

    /** For a worker that has just taken this shell from the queue. */
    void enterFromQueue() {
        SERVING.getAndAdd(this, 1);
        queued = 0; // volatile, after serving: who sees 0 here sees us there
    }

    /** For an idle worker that found claimable work at another worker's shell. */
    void enterAsSecond() {
        SERVING.getAndAdd(this, 1);
    }

    /** For a serving worker about to run something long: lets an idle one join if there is more. */
    void inviteOthers() {
        if (runQueue.anyIdle() && engine.hasWork()) {
            announce();
        }
    }

    /** For a serving worker that finds no more work, or that other shells wait for. */
    void leave() {
        SERVING.getAndAdd(this, -1);
        AsymmetricFence.heavy(); // pairs with the light fence before announce
        if (engine.hasWork()) {
            announce();
        } else {
            engine.leftIdle();
        }
    }

    boolean isDrainPending() {
        return drainPending != 0;
    }

    /** Leaves the drain token for the next worker that comes. */
    void scheduleDrain() {
        DRAIN_PENDING.setVolatile(this, 1); // releases the serial phases so far; pairs with takeDrain. A full fence
        if (queued == 0 && !engine.isClosed() && QUEUED.compareAndSet(this, 0, 1)) {
            runQueue.offer(engine); // also if it is served: what is in order should not wait for a long callback
        }
    }

    /** Takes the drain token if it waits here. */
    boolean takeDrain() {
        return drainPending != 0 && (int) DRAIN_PENDING.getAndSet(this, 0) != 0;
    }

    void setOnLane(boolean on) {
        onLane = on ? 1 : 0;
    }

    /** Whether no queue refers to this shell. Once it is closed it comes into none any more. */
    boolean isInNoQueue() {
        return queued == 0 && onLane == 0;
    }

    boolean isServed() {
        return serving != 0;
    }
}
