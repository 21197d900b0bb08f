package org.quern.examples.report;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.management.ThreadMXBean;
import org.quern.examples.esp.HeapMeter;

/**
 * Heap allocated by all threads during a run, as the JVM counts it; on demand told apart into what {@code javax.crypto} allocated, what
 * the first packets cost (class loading, method handles, the flow table), and the rest.
 */
public final class HeapAccount {
    /** After so many packets a run counts as warm. */
    public static final long WARM_PACKETS = 20_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final List<HeapMeter> meters = new CopyOnWriteArrayList<>();
    private final boolean detailed;
    private long start;
    private volatile Snapshot warm = new Snapshot(0, 0);

    /** Bytes so far, in all and inside javax.crypto. */
    private record Snapshot(long all, long cipher) {
        long own() {
            return all - cipher;
        }
    }

    /**
     * What a run allocated, in bytes.
     *
     * @param all by all threads
     * @param cipher of these, inside {@code javax.crypto}; -1 when not told apart
     * @param startUp of the rest, until {@link HeapAccount#WARM_PACKETS} were delivered; 0 when there were fewer
     * @param rest what remains
     */
    public record Figures(long all, long cipher, long startUp, long rest) {}

    /**
     * An account that has not begun.
     *
     * @param detailed whether to tell apart; costs each packet two questions to the JVM
     */
    public HeapAccount(boolean detailed) {
        this.detailed = detailed;
    }

    /**
     * Whether this account tells apart.
     *
     * @return then every thread that encrypts wants a {@link #newMeter}
     */
    public boolean detailed() {
        return detailed;
    }

    /**
     * A meter whose count is part of this account.
     *
     * @return for one thread at a time
     */
    public HeapMeter newMeter() {
        HeapMeter meter = new HeapMeter();
        meters.add(meter);
        return meter;
    }

    /** Begins the account. */
    public void begin() {
        start = THREADS.getTotalThreadAllocatedBytes();
    }

    /** Notes that start-up is over; what other threads do at this moment makes it a few kilobytes inexact. */
    public void warm() {
        if (detailed) {
            warm = snapshot();
        }
    }

    private Snapshot snapshot() {
        return new Snapshot(THREADS.getTotalThreadAllocatedBytes() - start,
                meters.stream().mapToLong(HeapMeter::bytes).sum());
    }

    /**
     * Ends the account.
     *
     * @return what was allocated since {@link #begin}
     */
    public Figures end() {
        Snapshot end = snapshot();
        long startUp = warm.own();
        return new Figures(end.all(), detailed ? end.cipher() : -1, startUp, end.own() - startUp);
    }
}
