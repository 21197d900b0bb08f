package org.quern.jmh.xarray;

import java.util.BitSet;
import java.util.List;

import org.quern.xarray.Allocation;
import org.quern.xarray.IdAllocator;
import org.quern.xarray.Limit;
import org.quern.xarray.LongXArray;
import org.quern.xarray.XArrayConfig;

/** An identifier given back at random and the lowest free one taken, which is the same: a pair for each operation. The limit is two bits set where they are known. */
final class Identifiers {
    private static final int FEW = 1 << 10;

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
        return List.of(new Contestant("id, bits that are known", sequence, () -> {
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
        }));
    }
}
