package org.quern.jmh.xarray;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.LongSummaryStatistics;

import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

import com.sun.management.GarbageCollectionNotificationInfo;

/** The child of {@link GcComparison}: keeps the entries, collects some times, allocates for some seconds, and prints one line. */
public final class GcLoad {
    private static final int FULL_COLLECTIONS = 5;
    private static final long ALLOCATE_NANOS = 5_000_000_000L;
    private static final int SURVIVORS = 1 << 16;

    private final List<GarbageCollectionNotificationInfo> collections = Collections.synchronizedList(new ArrayList<>());

    private GcLoad() {}

    /**
     * One contestant.
     *
     * @param args its name and how many entries
     * @throws InterruptedException if interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        GcLoad load = new GcLoad();
        Kept kept = Kept.valueOf(args[0]);
        Object entries = kept.fill(Integer.parseInt(args[1]));
        load.listen();
        List<Long> full = fullCollections();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
        Thread.sleep(200); // the last notification
        load.collections.clear();
        allocate();
        Thread.sleep(200); // the last notification
        LongSummaryStatistics young = load.pauses();
        Reference.reachabilityFence(entries);
        System.out.printf("%-24s %10d %22d %14d %6.1f %6d%n", kept, heap, full.get(full.size() / 2),
                young.getCount(), young.getAverage(), young.getCount() == 0 ? 0 : young.getMax());
        System.exit(0);
    }

    private void listen() {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector).addNotificationListener((notification, handback) -> collections
                    .add(GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData())), null,
                    null);
        }
    }

    /** Durations seen by the caller, sorted; the first one also moves what has just been made, and does not count. */
    private static List<Long> fullCollections() {
        List<Long> millis = new ArrayList<>();
        System.gc();
        for (int i = 0; i < FULL_COLLECTIONS; i++) {
            long start = System.nanoTime();
            System.gc();
            millis.add((System.nanoTime() - start) / 1_000_000);
        }
        Collections.sort(millis);
        return millis;
    }

    /** Small arrays, of which the last 65,536 survive: a service under load. */
    private static void allocate() {
        byte[][] survivors = new byte[SURVIVORS][];
        long end = System.nanoTime() + ALLOCATE_NANOS;
        for (int i = 0; (i & 0xffff) != 0 || System.nanoTime() < end; i++) {
            survivors[i & SURVIVORS - 1] = new byte[64 + (i & 255)];
        }
        Reference.reachabilityFence(survivors);
    }

    /** Durations of pauses; concurrent phases are none. */
    private LongSummaryStatistics pauses() {
        synchronized (collections) {
            return collections.stream().filter(info -> !info.getGcAction().contains("concurrent")
                    && !info.getGcName().contains("Concurrent"))
                    .mapToLong(info -> info.getGcInfo().getDuration()).summaryStatistics();
        }
    }
}
