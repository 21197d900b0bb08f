package org.quern.jmh.xarray;

import java.util.BitSet;
import java.util.List;
import java.util.Map;

import org.quern.xarray.EntryConsumer;
import org.quern.xarray.LongEntryConsumer;
import org.quern.xarray.LongProbe;
import org.quern.xarray.LongReadCursor;
import org.quern.xarray.Mark;
import org.quern.xarray.Probe;
import org.roaringbitmap.IntIterator;
import org.roaringbitmap.RoaringBitmap;

/** Going over entries in order: all of them, ranges of a hundred from random places, and the hundredth part that is marked. Time for an entry, a range, a marked entry. */
final class Scans {
    private static final int RANGE = 100;
    private static final int RANGES = 1 << 14;
    /** What a caller of loadRange takes at a time. */
    private static final int CHUNK = 1 << 10;
    private static final int ENOUGH = 1 << 20;
    private static final int MARKED_STEP = 100;

    private Scans() {}

    /** One class for all scans: a program's consumers are its own matter, and not what is compared. */
    private static final class Adder implements LongEntryConsumer {
        private long sum;

        @Override
        public void accept(long index, long value) {
            sum += index ^ value;
        }
    }

    /** The same for objects. */
    private static final class Unboxer implements EntryConsumer<Long> {
        private long sum;

        @Override
        public void accept(long index, Long value) {
            sum += index ^ value;
        }
    }

    static List<Contestant> all(DensePeers peers) {
        int entries = peers.plain.length;
        int passes = ENOUGH / entries;
        Adder adder = new Adder();
        Unboxer unboxing = new Unboxer();
        long[] chunk = new long[CHUNK];
        return List.of(new Contestant("iterate, long[]", (long) passes * entries, () -> {
            long sum = 0;
            for (int pass = 0; pass < passes; pass++) {
                sum = addAll(peers.plain, sum);
            }
            return sum;
        }), new Contestant("iterate, LongXArray", (long) passes * entries, () -> {
            for (int pass = 0; pass < passes; pass++) {
                peers.longs.forEach(adder);
            }
            return adder.sum;
        }), new Contestant("iterate, LongXArray, loadRange", (long) passes * entries, () -> {
            long sum = 0;
            for (int pass = 0; pass < passes; pass++) {
                for (int first = 0; first < entries; first += CHUNK) {
                    peers.longs.loadRange(first, chunk, 0, CHUNK);
                    sum = addChunk(chunk, first, sum);
                }
            }
            return sum;
        }), new Contestant("iterate, LongXArray, loadRange alone", (long) passes * entries, () -> {
            long sum = 0;
            for (int pass = 0; pass < passes; pass++) {
                for (int first = 0; first < entries; first += CHUNK) {
                    peers.longs.loadRange(first, chunk, 0, CHUNK);
                    sum += chunk[pass & CHUNK - 1];
                }
            }
            return sum;
        }), new Contestant("iterate, LongXArray, cursor", (long) passes * entries, () -> {
            long sum = 0;
            for (int pass = 0; pass < passes; pass++) {
                LongReadCursor cursor = peers.longs.cursor(0);
                while (cursor.next(-1L)) {
                    sum += cursor.value() ^ cursor.index();
                }
            }
            return sum;
        }), new Contestant("iterate, XArray", (long) passes * entries, () -> {
            for (int pass = 0; pass < passes; pass++) {
                peers.objects.forEach(unboxing);
            }
            return unboxing.sum;
        }), new Contestant("iterate, ConcurrentSkipListMap", entries, () -> {
            long sum = 0;
            for (Map.Entry<Long, Long> entry : peers.skipList.entrySet()) {
                sum += entry.getValue() ^ entry.getKey();
            }
            return sum;
        }));
    }

    private static long addAll(long[] values, long before) {
        long sum = before;
        for (int i = 0; i < values.length; i++) {
            sum += values[i] ^ i;
        }
        return sum;
    }

    /** As long as the chunk is, from an index on. */
    private static long addChunk(long[] chunk, long first, long before) {
        long sum = before;
        for (int i = 0; i < chunk.length; i++) {
            sum += chunk[i] ^ (first + i);
        }
        return sum;
    }

    static List<Contestant> ranges(DensePeers peers, int[] sequence) {
        int starts = peers.plain.length - RANGE;
        Adder adder = new Adder();
        long[] chunk = new long[RANGE];
        return List.of(new Contestant("range, long[]", RANGES, () -> {
            long sum = 0;
            for (int i = 0; i < RANGES; i++) {
                int first = sequence[i] % starts;
                for (int at = first; at < first + RANGE; at++) {
                    sum += peers.plain[at] ^ at;
                }
            }
            return sum;
        }), new Contestant("range, LongXArray", RANGES, () -> {
            for (int i = 0; i < RANGES; i++) {
                int first = sequence[i] % starts;
                peers.longs.forEach(first, first + RANGE - 1, adder);
            }
            return adder.sum;
        }), new Contestant("range, LongXArray, loadRange", RANGES, () -> {
            long sum = 0;
            for (int i = 0; i < RANGES; i++) {
                int first = sequence[i] % starts;
                peers.longs.loadRange(first, chunk, 0, RANGE);
                sum = addChunk(chunk, first, sum);
            }
            return sum;
        }), new Contestant("range, ConcurrentSkipListMap", RANGES, () -> {
            long sum = 0;
            for (int i = 0; i < RANGES; i++) {
                long first = sequence[i] % starts;
                for (Map.Entry<Long, Long> entry : peers.skipList.subMap(first, first + RANGE).entrySet()) {
                    sum += entry.getValue() ^ entry.getKey();
                }
            }
            return sum;
        }), new Contestant("find, LongXArray", sequence, () -> {
            long sum = 0;
            LongProbe probe = new LongProbe();
            for (int index : sequence) {
                sum += peers.longs.find(index, -1L, probe) ? probe.value() : 0;
            }
            return sum;
        }), new Contestant("find, XArray", sequence, () -> {
            long sum = 0;
            Probe<Long> probe = new Probe<>();
            for (int index : sequence) {
                sum += peers.objects.find(index, -1L, probe) ? probe.index() : 0;
            }
            return sum;
        }), new Contestant("find, ConcurrentSkipListMap", RANGES, () -> {
            long sum = 0;
            for (int i = 0; i < RANGES; i++) {
                sum += peers.skipList.ceilingEntry((long) sequence[i]).getValue();
            }
            return sum;
        }));
    }

    static List<Contestant> marked(DensePeers peers) {
        int entries = peers.plain.length;
        int passes = 16 * ENOUGH / entries; // few entries are marked
        int hits = (entries + MARKED_STEP - 1) / MARKED_STEP * passes;
        BitSet bits = new BitSet();
        RoaringBitmap roaring = new RoaringBitmap();
        for (int i = 0; i < entries; i += MARKED_STEP) {
            bits.set(i);
            roaring.add(i);
            peers.longs.mark(i, Mark.M1);
            peers.objects.mark(i, Mark.M1);
        }
        roaring.runOptimize();
        Adder adder = new Adder();
        Unboxer unboxing = new Unboxer();
        return List.of(new Contestant("marked, BitSet", hits, () -> {
            long sum = 0;
            for (int pass = 0; pass < passes; pass++) {
                for (int i = bits.nextSetBit(0); i >= 0; i = bits.nextSetBit(i + 1)) {
                    sum += i;
                }
            }
            return sum;
        }), new Contestant("marked, BitSet and long[]", hits, () -> {
            long sum = 0;
            for (int pass = 0; pass < passes; pass++) {
                for (int i = bits.nextSetBit(0); i >= 0; i = bits.nextSetBit(i + 1)) {
                    sum += i ^ peers.plain[i];
                }
            }
            return sum;
        }), new Contestant("marked, Roaring iterator", hits, () -> {
            long sum = 0;
            for (int pass = 0; pass < passes; pass++) {
                for (IntIterator each = roaring.getIntIterator(); each.hasNext();) {
                    sum += each.next();
                }
            }
            return sum;
        }), new Contestant("marked, Roaring iterator and long[]", hits, () -> {
            long sum = 0;
            for (int pass = 0; pass < passes; pass++) {
                for (IntIterator each = roaring.getIntIterator(); each.hasNext();) {
                    int i = each.next();
                    sum += i ^ peers.plain[i];
                }
            }
            return sum;
        }), new Contestant("marked, LongXArray", hits, () -> {
            for (int pass = 0; pass < passes; pass++) {
                peers.longs.forEachMarked(Mark.M1, adder);
            }
            return adder.sum;
        }), new Contestant("marked, XArray", hits, () -> {
            for (int pass = 0; pass < passes; pass++) {
                peers.objects.forEachMarked(Mark.M1, unboxing);
            }
            return unboxing.sum;
        }));
    }
}
