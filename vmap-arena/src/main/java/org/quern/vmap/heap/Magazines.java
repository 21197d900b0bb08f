package org.quern.vmap.heap;

import java.lang.ref.Reference;

/**
 * A stack of free blocks for each class, used by one thread at a time. Taking and giving back is a push or a pop and a byte in
 * the {@link BlockMap}; every few operations half a stack is fetched from the class's depot or handed over to it.
 *
 * <pre>
 *   slots    | top 0 | top 1 | .. | 0 | b | b | b | . | . |-1 | 0 | b | . | . |-1 | 0 | ..
 *                                   ^           ^
 *                                   bottom      top                           class 0, then class 1, ..
 * </pre>
 *
 * Below each stack lies a 0 and above it a -1, so that a pop finds an empty stack, and a push a full one, by what lies where it
 * reads or writes anyway. An entry is a block's offset, and in the
 * bits that are always zero there a mark: {@link #ZERO}. Stacks hold 64, 32 or 16 entries, so that a thread keeps at
 * most 1 MiB of a class, and gets at most half of that at once: with half as many entries a mix of sizes took a sixth longer.
 * The tops lie in the same array, one bounds check and one base less.
 *
 * <p>
 * Not thread-safe; whoever owns it sees to it that one thread at a time is inside.
 */
public final class Magazines {
    /** A mark on an entry: the block was never handed out since its pages were clean, so it is zero. */
    static final long ZERO = 1;

    /** The bits of an entry that are no part of the offset. */
    static final long TAGS = 15;

    private static final long FULL = -1;
    private static final int[] BOTTOM = new int[SizeClasses.COUNT + 1];

    static {
        BOTTOM[0] = SizeClasses.COUNT;
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            BOTTOM[c + 1] = BOTTOM[c] + 2 + capacityOf(c);
        }
    }

    private final CentralHeap heap;
    private final BlockMap map;
    private final long mapBase; // the map's
    private final int regionShift; // the map's
    private final long[] slots = new long[BOTTOM[SizeClasses.COUNT]];
    private long caught;

    /**
     * Empty stacks.
     *
     * @param heap where blocks come from
     */
    public Magazines(CentralHeap heap) {
        this.heap = heap;
        this.map = heap.map();
        this.mapBase = map.base();
        this.regionShift = map.regionShift();
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            setTop(slots, c, BOTTOM[c]);
            slots[BOTTOM[c + 1] - 1] = FULL;
        }
    }

    private static void setTop(long[] stacks, int sizeClass, int top) {
        stacks[sizeClass] = top;
    }

    private static int capacityOf(int sizeClass) {
        int bytes = SizeClasses.bytes(sizeClass);
        if (bytes <= 4096) {
            return 64;
        }
        return bytes <= 16384 ? 32 : 16;
    }

    static int halfOf(int sizeClass) {
        return capacityOf(sizeClass) / 2;
    }

    /**
     * Takes a block.
     *
     * @param sizeClass its class
     * @return its offset, with {@link #isZero} to be asked of it before {@link #offsetOf}; 0 if there is none
     */
    public long take(int sizeClass) {
        try {
            long[] stacks = slots;
            int top = (int) stacks[sizeClass];
            long entry = stacks[top];
            if (entry != 0) {
                long place = mapBase + (entry >>> BlockMap.shiftOf(entry >>> regionShift)); // the shift drops the tags
                if (BlockMap.getAtPlain(place) == 0) {
                    setTop(stacks, sizeClass, top - 1);
                    BlockMap.setAtPlain(place, sizeClass + 1);
                    return entry;
                }
            }
            return takeSlowly(sizeClass);
        } finally {
            Reference.reachabilityFence(this); // and so the map
        }
    }

    private long takeSlowly(int sizeClass) {
        for (;;) {
            int top = (int) slots[sizeClass];
            long entry = slots[top];
            if (entry == 0) {
                int got = heap.refill(sizeClass, slots, top + 1, halfOf(sizeClass));
                if (got == 0) {
                    return 0;
                }
                setTop(slots, sizeClass, top + got);
                continue;
            }
            setTop(slots, sizeClass, top - 1);
            if (map.getPlain(entry & ~TAGS) == 0) {
                map.setPlain(entry & ~TAGS, sizeClass + 1);
                return entry;
            }
            caught++; // in use already: two threads gave it back at the same instant, and this is its second coming
        }
    }

    /**
     * Gives a block back.
     *
     * @param offset any number
     * @return false, and nothing changed, if no block of a class that is in use begins there
     */
    public boolean giveBack(long offset) {
        try {
            long region = offset >>> regionShift;
            int shift = BlockMap.shiftOf(region);
            long granule = offset >>> shift;
            return region <= 1 && granule << shift == offset && giveBackAt(mapBase + granule, offset);
        } finally {
            Reference.reachabilityFence(this); // and so the map
        }
    }

    /** Gives the block back whose byte in the map lies there. */
    private boolean giveBackAt(long byteAt, long offset) {
        int sizeClass = BlockMap.getAtPlain(byteAt) - 1;
        if (sizeClass < 0 || sizeClass >= SizeClasses.COUNT) {
            return false;
        }
        long[] stacks = slots;
        int place = (int) stacks[sizeClass] + 1;
        if (stacks[place] == FULL) {
            place = flushHalf(sizeClass) + 1;
        }
        stacks[place] = offset;
        setTop(stacks, sizeClass, place);
        BlockMap.setAtPlain(byteAt, 0);
        return true;
    }

    /** Hands the lower half over, the blocks given back longest ago; the new top. */
    private int flushHalf(int sizeClass) {
        int bottom = BOTTOM[sizeClass];
        int half = halfOf(sizeClass);
        heap.flush(sizeClass, slots, bottom + 1, half);
        System.arraycopy(slots, bottom + 1 + half, slots, bottom + 1, half);
        setTop(slots, sizeClass, bottom + half);
        return bottom + half;
    }

    /** Hands everything over to the depots. */
    public void drain() {
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            int bottom = BOTTOM[c];
            int half = halfOf(c);
            for (int top = (int) slots[c]; top > bottom; top = (int) slots[c]) {
                int n = Math.min(half, top - bottom);
                heap.flush(c, slots, top - n + 1, n);
                setTop(slots, c, top - n);
            }
        }
    }

    /**
     * How many blocks of a class wait here. Of a thread that is working, a racy read: some recent number.
     *
     * @param sizeClass the class
     * @return 0 or more
     */
    public int size(int sizeClass) {
        return (int) slots[sizeClass] - BOTTOM[sizeClass];
    }

    /**
     * How many blocks given back twice by a race were dropped here.
     *
     * @return 0 or more
     */
    public long caught() {
        return caught;
    }

    /**
     * The offset in an entry.
     *
     * @param entry what {@link #take} returned
     * @return its offset
     */
    public static long offsetOf(long entry) {
        return entry & ~TAGS;
    }

    /**
     * Whether the block of an entry is certainly zero.
     *
     * @param entry what {@link #take} returned
     * @return whether it need not be cleared
     */
    public static boolean isZero(long entry) {
        return (entry & ZERO) != 0;
    }
}
