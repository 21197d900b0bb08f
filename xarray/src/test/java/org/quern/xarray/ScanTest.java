package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Scans go from leaf to leaf without asking the root: what that could miss, deliver twice, or deliver too late. */
class ScanTest {
    private static final int DENSE = 9000;

    private static LongXArray dense() {
        LongXArray array = LongXArray.create();
        for (int i = 0; i < DENSE; i++) {
            array.store(i, i);
        }
        return array;
    }

    /** A seeded consumer erases, unmarks and overwrites entries ahead: what is delivered is what a search, begun anew after each delivery, would find. */
    @Test
    void whatTheConsumerDoesShows() {
        for (long seed = 1; seed <= 60; seed++) {
            for (boolean marked : new boolean[]{false, true}) {
                try (LongXArray scanned = filled(seed); LongXArray searched = filled(seed)) {
                    List<Long> delivered = new ArrayList<>();
                    SplittableRandom random = new SplittableRandom(seed);
                    LongEntryConsumer consumer = (index, value) -> {
                        delivered.add(index << 24 | value);
                        change(scanned, index, random);
                    };
                    if (marked) {
                        scanned.forEachMarked(Mark.M1, consumer);
                    } else {
                        scanned.forEach(consumer);
                    }
                    assertThat(delivered).as("seed=" + seed + ", marked=" + marked)
                            .isEqualTo(oneByOne(searched, marked, new SplittableRandom(seed)));
                }
            }
        }
    }

    private static List<Long> oneByOne(LongXArray array, boolean marked, SplittableRandom random) {
        List<Long> found = new ArrayList<>();
        LongProbe probe = new LongProbe();
        long next = 0;
        while (marked ? array.find(next, -1L, Mark.M1, probe) : array.find(next, -1L, probe)) {
            next = probe.index() + 1;
            found.add(probe.index() << 24 | probe.value());
            change(array, probe.index(), random);
        }
        return found;
    }

    private static LongXArray filled(long seed) {
        SplittableRandom random = new SplittableRandom(~seed);
        LongXArray array = LongXArray.create();
        for (int i = 0; i < DENSE; i++) {
            if (random.nextInt(100) < 10 * (seed % 10 + 1)) {
                array.store(i, i);
                if (random.nextInt(3) == 0) {
                    array.mark(i, Mark.M1);
                }
            }
        }
        return array;
    }

    /** Takes away or overwrites entries ahead. What comes ahead may or may not be delivered, so nothing comes. */
    private static void change(LongXArray array, long index, SplittableRandom random) {
        long ahead = index + 1 + random.nextInt(random.nextBoolean() ? 4 : 300);
        switch (random.nextInt(12)) {
            case 0 -> array.erase(ahead);
            case 1, 2 -> overwrite(array, ahead, random.nextInt(1 << 20));
            case 3 -> array.unmark(ahead, Mark.M1);
            case 4 -> array.clearRange(index + 1, ahead + random.nextInt(500));
            default -> array.load(ahead);
        }
    }

    private static void overwrite(LongXArray array, long index, long value) {
        long old = array.load(index);
        if (old != LongXArray.ABSENT) {
            array.compareAndSet(index, old, value);
        }
    }

    @Test
    void endsOfRanges() {
        try (LongXArray array = dense()) {
            TreeMap<Long, Long> model = new TreeMap<>();
            for (long i = 0; i < DENSE; i++) {
                model.put(i, i);
            }
            for (long far : new long[]{1L << 20, -1L}) {
                array.store(far, 7);
            }
            for (long first : new long[]{0, 1, 63, 64, 4095, 4096, 8191, 8999}) {
                for (long last : new long[]{first, first + 1, first + 63, first + 64, first + 4096, 8999, 9000}) {
                    List<Long> delivered = new ArrayList<>();
                    if (last >= first) {
                        array.forEach(first, last, (index, value) -> delivered.add(index));
                        assertThat(delivered).containsExactlyElementsOf(model.subMap(first, last + 1).keySet());
                    }
                }
            }
            List<Long> tail = new ArrayList<>();
            array.forEach(8999, -1L, (index, value) -> tail.add(index));
            assertThat(tail).containsExactly(8999L, 1L << 20, -1L);
        }
    }

    /** The first entry of all that spans indices comes while a scan is in a leaf: no part of it is delivered as if it were one. */
    @Test
    void theFirstThatSpansComesInTheMiddle() {
        try (LongXArray array = dense()) {
            List<Long> delivered = new ArrayList<>();
            array.forEach(0, 63, (index, value) -> {
                delivered.add(index);
                if (index == 10) {
                    array.store(16, 4, 4711);
                }
            });
            assertThat(delivered).hasSize(64 - 15).contains(16L).doesNotContain(17L, 31L).contains(32L);
        }
    }

    /** As {@link #whatTheConsumerDoesShows}, for objects; also that the mirror of a leaf that went and came again is not the one from before. */
    @Test
    void whatTheConsumerDoesToObjectsShows() {
        for (long seed = 1; seed <= 12; seed++) {
            for (boolean marked : new boolean[]{false, true}) {
                try (XArray<Integer> array = XArray.create()) {
                    SplittableRandom random = new SplittableRandom(seed);
                    TreeMap<Long, Integer> expected = new TreeMap<>();
                    for (int i = 0; i < DENSE; i++) {
                        array.store(i, i);
                        array.mark(i, Mark.M1);
                        expected.put((long) i, i);
                    }
                    List<Long> wrong = new ArrayList<>();
                    EntryConsumer<Integer> consumer = (index, value) -> {
                        if (!value.equals(expected.remove(index)) || !expected.headMap(index).isEmpty()) {
                            wrong.add(index);
                        }
                        long ahead = index + 1 + random.nextInt(300);
                        switch (random.nextInt(40)) {
                            case 0 -> {
                                array.clearRange(index + 1, ahead + 5000); // many leaves: they are recycled
                                expected.subMap(index + 1, ahead + 5001).clear();
                            }
                            case 1, 2, 3 -> {
                                if (expected.containsKey(ahead)) {
                                    array.store(ahead, -(int) ahead);
                                    expected.put(ahead, -(int) ahead);
                                }
                            }
                            case 4, 5 -> {
                                array.erase(ahead);
                                expected.remove(ahead);
                            }
                            default -> array.store(index - random.nextInt(5000), 1); // behind, or far above: takes recycled leaves
                        }
                    };
                    if (marked) {
                        array.forEachMarked(0, DENSE - 1, Mark.M1, consumer);
                    } else {
                        array.forEach(0, DENSE - 1, consumer);
                    }
                    assertThat(wrong).as("seed=" + seed + ", marked=" + marked).isEmpty();
                    assertThat(expected).as("seed=" + seed + ", marked=" + marked).isEmpty();
                }
            }
        }
    }
}
