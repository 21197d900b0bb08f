package org.quern.padata.run;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether the loop of a worker thread goes on.
 * <pre>
 *     RUNNING --stop()--&gt; STOPPING --end(), by the loop's thread--&gt; ENDED
 *        ^                   |
 *        +-----revive()------+
 * </pre>
 * Whoever wants the worker back is in time, or sees that it has ended and starts another thread: one compare-and-set each, so
 * that a worker never has two threads, nor none that should have one.
 */
public final class LoopState {
    private static final int RUNNING = 0;
    private static final int STOPPING = 1;
    private static final int ENDED = 2;

    private final AtomicInteger state = new AtomicInteger(RUNNING);

    /** A loop that goes on. */
    public LoopState() {}

    /** Asks the loop to end. */
    public void stop() {
        state.compareAndSet(RUNNING, STOPPING);
    }

    /**
     * Takes a stop back. Pairs with {@link #end}.
     *
     * @return false if it is too late: the thread ends or has ended
     */
    public boolean revive() {
        return state.get() == RUNNING || state.compareAndSet(STOPPING, RUNNING);
    }

    /**
     * Called by the loop's thread that was asked to end. Pairs with {@link #revive}.
     *
     * @return false if the stop was taken back meanwhile
     */
    public boolean end() {
        return state.compareAndSet(STOPPING, ENDED);
    }
}
