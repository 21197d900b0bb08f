package org.quern.xarray;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What the arrays do to the heap: reading allocates nothing (E15), and nothing that was erased is held. */
class HeapTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static long sink;

    /** The least of several rounds: the first ones may link call sites and be interrupted by compilation. */
    static long allocated(Runnable reads) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 50 && least > 0; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            reads.run();
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    @Test
    void readingAllocatesNothing() {
        try (LongXArray longs = LongXArray.create(); XArray<String> objects = XArray.create()) {
            for (int i = 0; i < 5000; i++) {
                longs.store(i * 3L, i);
                longs.mark(i * 3L, Mark.M1);
                objects.store(i * 3L, "x");
                objects.mark(i * 3L, Mark.M1);
            }
            LongProbe probe = new LongProbe();
            Probe<String> objectProbe = new Probe<>();
            LongEntryConsumer sum = (index, value) -> sink += index ^ value;
            EntryConsumer<String> length = (index, value) -> sink += index ^ value.length();
            assertThat(allocated(() -> {
                for (int i = 0; i < 10_000; i++) {
                    sink += longs.load(i) + (longs.isMarked(i, Mark.M1) ? 1 : 0) + (longs.anyMarked(Mark.M0) ? 1 : 0)
                            + (longs.isEmpty() ? 1 : 0);
                    sink += longs.find(i, -1L, probe) ? probe.value() : 0;
                    sink += longs.findAfter(i, -1L, Mark.M1, probe) ? probe.value() : 0;
                    sink += objects.load(i) == null ? 1 : 0;
                    sink += objects.find(i, -1L, objectProbe) ? 1 : 0;
                }
                longs.forEach(sum);
                longs.forEachMarked(Mark.M1, sum);
                objects.forEach(length);
                objects.forEachMarked(5, 900, Mark.M1, length);
            })).isZero();
        }
    }

    @Test
    void overwritingAndErasingNumbersAllocatesNothing() { // B07
        try (LongXArray array = LongXArray.create()) {
            for (int i = 0; i < 500; i++) {
                array.store(i, i);
            }
            assertThat(allocated(() -> {
                for (int i = 0; i < 10_000; i++) {
                    array.store(i % 500, i);
                    array.erase(i % 64);
                    array.store(i % 64, i);
                }
            })).isZero();
        }
    }

    @Test
    void nothingErasedIsHeld() throws InterruptedException {
        try (XArray<byte[]> array = XArray.create()) {
            List<WeakReference<byte[]>> erased = new ArrayList<>();
            for (long index : new long[]{0, 5, 64, 5000, -1L}) {
                erased.add(storeNew(array, index));
            }
            for (long index : new long[]{5, 64, 5000, -1L}) {
                array.erase(index); // the entry at 0 moves into the head ..
            }
            erased.add(storeNew(array, 1)); // .. and out again ..
            array.erase(1); // .. and in
            array.erase(0);
            erased.add(storeNew(array, 7));
            array.store(7, new byte[1]); // replaced
            erased.add(storeNew(array, 9));
            array.clear();
            for (int i = 0; i < 100 && erased.stream().anyMatch(reference -> reference.get() != null); i++) {
                System.gc();
                Thread.sleep(10);
            }
            assertThat(erased).allMatch(reference -> reference.get() == null);
            assertThat(array.isEmpty()).isTrue();
        }
    }

    private static WeakReference<byte[]> storeNew(XArray<byte[]> array, long index) {
        byte[] object = new byte[100];
        array.store(index, object);
        return new WeakReference<>(object);
    }
}
