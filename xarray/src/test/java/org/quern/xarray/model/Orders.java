package org.quern.xarray.model;

import org.quern.xarray.trace.Span;
import org.quern.xarray.trace.TracedArray;

/** Blocks of 2^order indices, without the engine's arithmetic. */
public final class Orders {
    private Orders() {}

    public static long first(long index, int order) {
        return index & -1L << order;
    }

    public static long last(long first, int order) {
        return first | ~(-1L << order);
    }

    /** The greatest order of a block that begins at an index and ends at or before another. */
    public static int fitting(long first, long last) {
        int order = 63;
        while (first(first, order) != first || Long.compareUnsigned(last(first, order), last) > 0) {
            order--;
        }
        return order;
    }

    /**
     * The order as the recording reports it, also for a run whose length is no power of two: the slots one, two, four, .. further are looked at until one does not continue an
     * entry that began before it, whichever entry that is.
     */
    public static int reported(TracedArray array, Span span) {
        int shift = 6 * span.level();
        long slot = span.first() >>> shift & 63;
        int order = 0;
        while (slot + (1L << order) < 64 && continues(array, span.first() + (1L << order + shift), span.level())) {
            order++;
        }
        return shift + order;
    }

    private static boolean continues(TracedArray array, long index, int level) {
        Span there = array.spanAt(index);
        return there != null && there.level() == level && there.slot(index) != 0;
    }
}
