package org.quern.jmh.xarray;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

import org.quern.xarray.Allocation;
import org.quern.xarray.IdAllocator;
import org.quern.xarray.Limit;
import org.quern.xarray.LongXArray;
import org.quern.xarray.XArrayConfig;

/**
 * An identifier given back at random and the lowest free one taken, which is the same: a pair for each operation. The limit is two bits set where they are known. Then each half alone: many given back at
 * random, as many taken, lowest first; and all taken in ascending order, from nothing on.
 */
final class Identifiers {
    private static final int FEW = 1 << 10;
    private static final int MOST_FREE = 1 << 18;
    private static final int WARM = 1 << 20;

    private Identifiers() {}

    static List<Contestant> of(int live, int[] sequence) {
        IdAllocator ids = new IdAllocator();
        ids.allocateBlock(live, 0, Long.MAX_VALUE);
        LongXArray sessions = LongXArray.create(XArrayConfig.defaults().allocating(Allocation.FROM_ZERO));
        for (int i = 0; i < live; i++) {
            sessions.allocate(i, Limit.U63);
        }
        BitSet bits = new BitSet(live);
        bits.set(0, live);
        List<Contestant> all = new ArrayList<>(List.of(new Contestant("id, bits that are known", sequence, () -> {
            long sum = 0;
            for (int id : sequence) {
                bits.clear(id);
                bits.set(id);
                sum += id;
            }
            return sum;
        }), new Contestant("id, IdAllocator", sequence, () -> {
            long sum = 0;
            for (int id : sequence) {
                ids.free(id);
                sum += ids.allocate();
            }
            return sum;
        }), new Contestant("id, LongXArray", sequence, () -> {
            long sum = 0;
            for (int id : sequence) {
                sessions.erase(id);
                sum += sessions.allocate(7, Limit.U63);
            }
            return sum;
        }), new Contestant("id, BitSet (no lock, searches from 0)", FEW, () -> {
            long sum = 0;
            for (int i = 0; i < FEW; i++) {
                bits.clear(sequence[i]);
                int id = bits.nextClearBit(0);
                bits.set(id);
                sum += id;
            }
            return sum;
        })));
        List<Contestant> halves = halves(live, ids, sessions, bits, distinct(live, sequence));
        for (int round = 0; round < WARM / live; round++) { // a turn of a thousand is too short to be compiled in it
            halves.forEach(half -> half.turn().getAsLong());
        }
        all.addAll(halves);
        return all;
    }

    /** Each takes what the one before has given back. */
    private static List<Contestant> halves(int live, IdAllocator ids, LongXArray sessions, BitSet bits, int... some) {
        return List.of(new Contestant("free, bits that are known", some, () -> {
            for (int id : some) {
                bits.clear(id);
            }
            return 0;
        }), new Contestant("free, IdAllocator", some, () -> {
            for (int id : some) {
                ids.free(id);
            }
            return ids.count();
        }), new Contestant("free, LongXArray", some, () -> {
            for (int id : some) {
                sessions.erase(id);
            }
            return 0;
        }), new Contestant("take, bits that are known", some, () -> {
            for (int id : some) {
                bits.set(id);
            }
            return 0;
        }), new Contestant("take, IdAllocator", some, () -> {
            long sum = 0;
            for (int i = 0; i < some.length; i++) {
                sum += ids.allocate();
            }
            return sum;
        }), new Contestant("take, LongXArray", some, () -> {
            long sum = 0;
            for (int i = 0; i < some.length; i++) {
                sum += sessions.allocate(7, Limit.U63);
            }
            return sum;
        }), new Contestant("take all, bits that are known", live, () -> {
            BitSet empty = new BitSet();
            for (int i = 0; i < live; i++) {
                empty.set(i);
            }
            return empty.length();
        }), new Contestant("take all, IdAllocator", live, () -> {
            IdAllocator empty = new IdAllocator();
            long sum = 0;
            for (int i = 0; i < live; i++) {
                sum += empty.allocate();
            }
            return sum;
        }), new Contestant("take all, LongXArray", live, () -> {
            try (LongXArray empty = LongXArray.create(XArrayConfig.defaults().allocating(Allocation.FROM_ZERO))) {
                long sum = 0;
                for (int i = 0; i < live; i++) {
                    sum += empty.allocate(7, Limit.U63);
                }
                return sum;
            }
        }));
    }

    private static int[] distinct(int live, int... sequence) {
        return IntStream.of(sequence).distinct().limit(Math.min(live / 2, MOST_FREE)).toArray();
    }
}
