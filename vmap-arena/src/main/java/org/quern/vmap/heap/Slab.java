package org.quern.vmap.heap;

import org.jspecify.annotations.Nullable;

/**
 * A run of pages cut into blocks of one class, and which of them are free: one bit each. A block that waits in a magazine
 * or a depot counts as handed out here.
 *
 * <pre>
 *   block     0    1    2    3    4    5    6    7
 *           +----+----+----+----+----+----+----+----+--+
 *           | out| fr | out| out| fr | fr | fr | fr |..|   '..' less than a sixteenth is left over
 *           +----+----+----+----+----+----+----+----+--+
 *                                 ^ virgin: from here on never handed out since the pages were clean, so zeros
 * </pre>
 *
 * Not thread-safe: under the latch of its {@link ClassDepot}.
 */
final class Slab {
    final int sizeClass;
    final PageRun run;
    final long offset; // of its first byte
    final int blocks;
    private final int blockBytes;
    private final long[] free;
    private int freeBlocks;
    private int virgin;
    @Nullable
    Slab nextRetired; // links slabs on their way to the page heap

    Slab(int sizeClass, PageRun run, long offset, int blocks) {
        this.sizeClass = sizeClass;
        this.run = run;
        this.offset = offset;
        this.blocks = blocks;
        this.blockBytes = SizeClasses.bytes(sizeClass);
        this.free = new long[(blocks + 63) >>> 6];
        for (int b = 0; b < blocks; b++) {
            free[b >>> 6] |= 1L << b;
        }
        this.freeBlocks = blocks;
        this.virgin = run.zero() ? 0 : blocks;
    }

    boolean isEmpty() {
        return freeBlocks == blocks;
    }

    boolean isFull() {
        return freeBlocks == 0;
    }

    int freeBlocks() {
        return freeBlocks;
    }

    /**
     * Hands out the lowest free blocks, highest first, so that a stack yields them in ascending order.
     *
     * @return how many; fewer than asked for if the slab becomes full
     */
    int take(long[] into, int at, int count) {
        int n = Math.min(count, freeBlocks);
        int to = at + n;
        int word = 0;
        for (int i = to - 1; i >= at; i--) {
            while (free[word] == 0) {
                word++;
            }
            int block = (word << 6) + Long.numberOfTrailingZeros(free[word]);
            free[word] &= free[word] - 1;
            into[i] = offset + (long) block * blockBytes | (block >= virgin ? Magazines.ZERO : 0);
            virgin = Math.max(virgin, block + 1);
        }
        freeBlocks -= n;
        return n;
    }

    /** Takes a block back; false, and nothing changed, if it is free already. */
    boolean give(long blockOffset) {
        int block = (int) ((blockOffset - offset) / blockBytes);
        long bit = 1L << block;
        if ((free[block >>> 6] & bit) != 0) {
            return false;
        }
        free[block >>> 6] |= bit;
        freeBlocks++;
        return true;
    }

    boolean isFree(int block) {
        return (free[block >>> 6] >>> block & 1) != 0;
    }

    void verify() {
        int count = 0;
        for (long word : free) {
            count += Long.bitCount(word);
        }
        if (count != freeBlocks) {
            throw new IllegalStateException("slab at " + offset + ": " + count + " bits, free=" + freeBlocks);
        }
    }
}
