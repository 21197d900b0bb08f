package org.quern.xarray;

/**
 * Which ids may be handed out: a range that includes both ends.
 *
 * @param min lowest id, 0..2^63-1
 * @param max highest id, 0..2^63-1; one below {@code min} allows none
 */
public record Limit(long min, long max) {
    /** 0..2^16-1. */
    public static final Limit U16 = new Limit(0, 0xffff);
    /** 0..2^31-1. */
    public static final Limit U31 = new Limit(0, Integer.MAX_VALUE);
    /** 0..2^32-1. */
    public static final Limit U32 = new Limit(0, 0xffff_ffffL);
    /** 0..2^63-1. */
    public static final Limit U63 = new Limit(0, Long.MAX_VALUE);

    /**
     * Checks the ends.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public Limit {
        if (min < 0 || max < 0) {
            throw new IllegalArgumentException("min=" + min + ", max=" + max + ": must be 0.." + Long.MAX_VALUE);
        }
    }
}
