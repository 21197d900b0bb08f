package org.quern.xarray.trace;

/**
 * One entry as a trace sees it.
 *
 * @param first first index
 * @param last last index
 * @param level 0 if its slots are in a leaf, 1 one level above, and so on: a slot is 64^level indices
 * @param value its content, reserved entries included
 * @param marks bit n for mark n
 */
public record Span(long first, long last, int level, long value, int marks) {
    public boolean covers(long index) {
        return Long.compareUnsigned(first, index) <= 0 && Long.compareUnsigned(index, last) <= 0;
    }

    public boolean hasMark(int mark) {
        return (marks >>> mark & 1) != 0;
    }

    /** The slot of an index, counted from the entry's first one. */
    public long slot(long index) {
        return index - first >>> 6 * level;
    }

    /** Slots it takes. */
    public long slots() {
        return slot(last) + 1;
    }

    /** Whether it is as long as an order says, and aligned to it. */
    public boolean isAligned() {
        long length = last - first + 1;
        return (length & length - 1) == 0 && (first & length - 1) == 0;
    }
}
