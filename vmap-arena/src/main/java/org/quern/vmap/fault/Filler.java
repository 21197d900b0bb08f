package org.quern.vmap.fault;

import org.jspecify.annotations.Nullable;

/**
 * A thread that may be inside a handler, and what it waits for there. By these links a circle is found before it closes: a
 * handler that touches its own page, or two that touch each other's.
 *
 * <pre>
 *   thread 1: fills A -- waitsFor --&gt; B
 *                 ^                   |  filled by
 *                 |    filled by      v
 *                 A &lt;-- waitsFor -- thread 2
 * </pre>
 *
 * Each thread announces what it waits for and <em>then</em> follows the links, both volatile; so of two threads that close
 * a circle at one time at least one sees it.
 */
final class Filler {
    private static final ThreadLocal<Filler> OF_THREAD = ThreadLocal.withInitial(Filler::new);

    private final Thread thread = Thread.currentThread();
    private volatile @Nullable Fill waitsFor;

    private Filler() {}

    static Filler ofThisThread() {
        return OF_THREAD.get();
    }

    Thread thread() {
        return thread;
    }

    /** Announces; false, and nothing announced, if this thread is itself what the fill waits for in the end. */
    boolean tryWaitFor(Fill fill) {
        waitsFor = fill; // volatile: pairs with the reads below in another thread
        Fill next = fill;
        while (next != null) {
            Filler by = next.filler();
            if (by == this) {
                waitsFor = null;
                return false;
            }
            next = by == null ? null : by.waitsFor; // volatile: pairs with the write above in another thread
        }
        return true;
    }

    void waitIsOver() {
        waitsFor = null;
    }
}
