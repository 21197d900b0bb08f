package org.quern.examples.esp;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;

/**
 * Adds up what a thread allocates between {@link #begin} and {@link #end}, as the JVM counts it. For one thread at a time; the
 * pair costs some 100 ns and allocates nothing.
 */
public final class HeapMeter {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long begun;
    /** Written by one thread; another may look at it while it runs, and then sees a count that was true. */
    private volatile long bytes;

    /** A meter that stands at 0. */
    public HeapMeter() {}

    /** Begins to count. */
    public void begin() {
        begun = THREADS.getCurrentThreadAllocatedBytes();
    }

    /** Ends counting; called by the thread that called {@link #begin}. */
    public void end() {
        bytes = bytes + THREADS.getCurrentThreadAllocatedBytes() - begun;
    }

    /**
     * What was counted.
     *
     * @return bytes
     */
    public long bytes() {
        return bytes;
    }
}
