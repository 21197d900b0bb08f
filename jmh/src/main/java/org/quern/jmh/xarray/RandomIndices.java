package org.quern.jmh.xarray;

import java.util.SplittableRandom;

/**
 * A sequence of random dense indices that every contestant of a benchmark walks through in the same way: long enough to touch all entries, read in order, so that
 * its cost is small and the same for all.
 */
final class RandomIndices {
    /** Indices taken per invocation: operations of one benchmark call. */
    static final int BATCH = 1024;

    private static final int LENGTH = 1 << 20;

    private final int[] sequence = new int[LENGTH];
    private int position;

    RandomIndices(int entries) {
        this(entries, 20261120);
    }

    RandomIndices(int entries, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < LENGTH; i++) {
            sequence[i] = random.nextInt(entries);
        }
    }

    int[] sequence() {
        return sequence;
    }

    /** Start of the next batch. */
    int nextBatch() {
        int start = position;
        position = (start + BATCH) & LENGTH - 1;
        return start;
    }
}
