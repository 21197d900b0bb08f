package org.quern.xarray;

import org.quern.xarray.node.NodeAccess;

/**
 * Where a scan copies entries to: two arrays of the caller, up to a number of entries. Confined to the scan.
 */
final class LongCopy {
    private final long[] indices;
    private final long[] values;
    private final int offset;
    private final int most;
    private int copied;

    /** For at least one entry. */
    LongCopy(long[] indices, long[] values, int offset, int most) {
        this.indices = indices;
        this.values = values;
        this.offset = offset;
        this.most = most;
    }

    int copied() {
        return copied;
    }

    /** Adds an entry; whether there is room for more. */
    boolean add(long index, long value) {
        indices[offset + copied] = index;
        values[offset + copied] = value;
        return ++copied < most;
    }

    /** How many of adjacent slots there is room for. */
    int room(int slots) {
        return Math.min(slots, most - copied);
    }

    /** Reads adjacent slots of a leaf to where the next entries belong, without adding them. False if not all of them hold values. */
    boolean read(long leaf, int slot, int slots) {
        return NodeAccess.valuesPlain(leaf, slot, slots, values, offset + copied) >= 0;
    }

    /** Adds the entries that were read; whether there is room for more. */
    boolean addRead(long firstIndex, int slots) {
        int to = offset + copied;
        for (int i = 0; i < slots; i++) {
            indices[to + i] = firstIndex + i;
        }
        copied += slots;
        return copied < most;
    }
}
