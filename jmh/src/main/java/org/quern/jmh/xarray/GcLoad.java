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
        List<Long> full = load.fullCollections();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
        long pausedFull = load.pauses("System.gc()").getMax();
        load.collections.clear();
        allocate();
        Thread.sleep(200); // the last notification
        LongSummaryStatistics young = load.pauses("");
        Reference.reachabilityFence(entries);
        System.out.printf("%-24s %10d %22d %22d %14d %6.1f %6d%n", kept, heap, full.get(full.size() / 2), pausedFull,
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
    private List<Long> fullCollections() throws InterruptedException {
        List<Long> millis = new ArrayList<>();
        System.gc();
        collections.clear();
        for (int i = 0; i < FULL_COLLECTIONS; i++) {
            long start = System.nanoTime();
            System.gc();
            millis.add((System.nanoTime() - start) / 1_000_000);
        }
        Thread.sleep(200); // the last notification
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

    /** Durations of the pauses that a cause led to; concurrent phases are none. */
    private LongSummaryStatistics pauses(String cause) {
        synchronized (collections) {
            return collections.stream().filter(info -> info.getGcCause().contains(cause))
                    .filter(info -> !info.getGcAction().contains("concurrent")
                            && !info.getGcName().contains("Concurrent"))
                    .mapToLong(info -> info.getGcInfo().getDuration()).summaryStatistics();
        }
    }
}
