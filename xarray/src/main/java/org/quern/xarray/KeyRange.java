package org.quern.xarray;

/**
 * The keys of a map view: unsigned bounds, each inclusive or not. What the bounds were is kept, and not only what they contain: narrowing asks for it, and a range may contain
 * nothing.
 *
 * @param low lower bound
 * @param lowInclusive whether it belongs to the range
 * @param high upper bound
 * @param highInclusive whether it belongs to the range
 */
record KeyRange(long low, boolean lowInclusive, long high, boolean highInclusive) {
    static final KeyRange ALL = new KeyRange(0, true, -1L, true);

    KeyRange {
        if (Long.compareUnsigned(low, high) > 0) {
            throw new IllegalArgumentException("from=" + Long.toUnsignedString(low) + ", to="
                    + Long.toUnsignedString(high) + ": the bounds are in the wrong order");
        }
    }

    KeyRange from(long key, boolean inclusive) {
        requireBound(key, inclusive);
        return new KeyRange(key, inclusive, high, highInclusive);
    }

    KeyRange to(long key, boolean inclusive) {
        requireBound(key, inclusive);
        return new KeyRange(low, lowInclusive, key, inclusive);
    }

    KeyRange within(KeyRange outer) {
        outer.requireBound(low, lowInclusive);
        outer.requireBound(high, highInclusive);
        return this;
    }

    /** A bound that does not belong to what it bounds may lie on a bound of this range that does not either. */
    private void requireBound(long key, boolean inclusive) {
        int above = Long.compareUnsigned(low, key);
        int below = Long.compareUnsigned(key, high);
        boolean open = inclusive && ((above == 0 && !lowInclusive) || (below == 0 && !highInclusive));
        if (above > 0 || below > 0 || open) {
            throw outside(key);
        }
    }

    boolean isEmpty() {
        return (!lowInclusive && low == -1L) || (!highInclusive && high == 0)
                || Long.compareUnsigned(first(), last()) > 0;
    }

    /** First key, unless the range is empty. */
    long first() {
        return lowInclusive ? low : low + 1;
    }

    /** Last key, unless the range is empty. */
    long last() {
        return highInclusive ? high : high - 1;
    }

    boolean contains(long key) {
        return !isEmpty() && Long.compareUnsigned(first(), key) <= 0 && Long.compareUnsigned(key, last()) <= 0;
    }

    void require(long key) {
        if (!contains(key)) {
            throw outside(key);
        }
    }

    private IllegalArgumentException outside(long key) {
        return new IllegalArgumentException("key=" + Long.toUnsignedString(key) + ": must be in "
                + (lowInclusive ? "[" : "(") + Long.toUnsignedString(low) + ", " + Long.toUnsignedString(high)
                + (highInclusive ? "]" : ")"));
    }
}
