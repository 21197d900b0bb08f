package org.quern.vmap.slab;

import java.util.Arrays;

/**
 * A bit set that grows without copying its bits: chunks of 2^15 bits (4 KiB) behind a directory. Growth allocates one
 * chunk and, now and then, copies the directory (8 bytes per 4 KiB of bits), so no growth is a pause. Bits beyond what
 * was grown read as clear.
 *
 * <p>
 * Not thread-safe. Costs: set, clear and test a few ns; searches a word (64 bits) at a time.
 */
public final class GrowingBits {
    private static final int CHUNK_SHIFT = 15;
    private static final int CHUNK_WORDS = 1 << (CHUNK_SHIFT - 6);
    private static final long CHUNK_MASK = (1L << CHUNK_SHIFT) - 1;

    private long[][] chunks = new long[1][];
    private int chunkCount;

    /** Makes a set of no bits. */
    public GrowingBits() {}

    /**
     * Makes room for bits {@code 0..bit}; changes no bit. Whatever it throws, the set is as before.
     *
     * @param bit 0 or more
     */
    public void ensure(long bit) {
        while (bit >= (long) chunkCount << CHUNK_SHIFT) {
            if (chunkCount == chunks.length) {
                chunks = Arrays.copyOf(chunks, chunkCount * 2);
            }
            chunks[chunkCount] = new long[CHUNK_WORDS];
            chunkCount++;
        }
    }

    /**
     * Tests a bit.
     *
     * @param bit 0 or more
     * @return whether it is set
     */
    public boolean get(long bit) {
        return (word(bit) >>> bit & 1) != 0;
    }

    /**
     * Sets a bit for which room was made.
     *
     * @param bit 0 or more
     */
    public void set(long bit) {
        chunks[(int) (bit >>> CHUNK_SHIFT)][(int) (bit & CHUNK_MASK) >>> 6] |= 1L << bit;
    }

    /**
     * Clears a bit for which room was made.
     *
     * @param bit 0 or more
     */
    public void clear(long bit) {
        chunks[(int) (bit >>> CHUNK_SHIFT)][(int) (bit & CHUNK_MASK) >>> 6] &= ~(1L << bit);
    }

    /** Clears a bit for which room was made; whether it was set. */
    boolean testAndClear(long bit) {
        long[] chunk = chunks[(int) (bit >>> CHUNK_SHIFT)];
        int word = (int) (bit & CHUNK_MASK) >>> 6;
        long old = chunk[word];
        long mask = 1L << bit;
        chunk[word] = old & ~mask;
        return (old & mask) != 0;
    }

    /**
     * The first set bit.
     *
     * @param from where to look first
     * @param to where to stop
     * @return the first set bit in {@code [from, to)}, or {@code to}
     */
    public long nextSet(long from, long to) {
        return next(from, to, 0L);
    }

    /**
     * The first clear bit.
     *
     * @param from where to look first
     * @param to where to stop
     * @return the first clear bit in {@code [from, to)}, or {@code to}
     */
    public long nextClear(long from, long to) {
        return next(from, to, -1L);
    }

    private long next(long from, long to, long flip) {
        long bit = from;
        while (bit < to) {
            long rest = (word(bit) ^ flip) >>> bit; // shifts by the low six bits
            if (rest != 0) {
                return Math.min(bit + Long.numberOfTrailingZeros(rest), to);
            }
            bit = (bit | 63) + 1;
        }
        return to;
    }

    /**
     * Counts.
     *
     * @param to where to stop
     * @return how many bits of {@code [0, to)} are set
     */
    public long count(long to) {
        long n = 0;
        for (long bit = nextSet(0, to); bit < to; bit = nextSet(bit + 1, to)) {
            n++;
        }
        return n;
    }

    /**
     * What the set costs.
     *
     * @return heap bytes, without object headers
     */
    public long heapBytes() {
        return (long) chunkCount * CHUNK_WORDS * Long.BYTES + chunks.length * (long) Long.BYTES;
    }

    private long word(long bit) {
        int chunk = (int) (bit >>> CHUNK_SHIFT);
        return chunk < chunkCount ? chunks[chunk][(int) (bit & CHUNK_MASK) >>> 6] : 0;
    }
}
