package org.quern.xarray.trace;

/**
 * The range store of the recorded structure, which is not exact, made of operations that are: a range is cut into runs of slots, as long as one node allows, and each run is one
 * entry. A run that meets an entry of its own level changes that entry as a whole and may leave the end of the range alone. Ours is {@link TracedArray#fill}.
 */
final class RecordedRange {
    private final TracedArray array;
    private final long last;
    private final long value;

    private RecordedRange(TracedArray array, long last, long value) {
        this.array = array;
        this.last = last;
        this.value = value;
    }

    static void store(TracedArray array, long first, long last, long value) {
        RecordedRange range = new RecordedRange(array, last, value);
        for (long next = first; Long.compareUnsigned(next, last) <= 0 && (next != 0 || first == 0);) {
            next = range.piece(next);
            if (next == 0) {
                return;
            }
        }
    }

    /** @return where the next piece begins; 0 after the last index of all */
    private long piece(long at) {
        int level = level(at);
        long slot = 1L << 6 * level;
        Span here = array.spanAt(at);
        if (here != null && here.level() > level) {
            array.storeRun(here.first(), here.last(), here.level(), value);
            return at + slot;
        }
        long from = here != null && here.level() == level ? here.first() : at;
        long slots = slots(at, level);
        long end = from + slots * slot - 1;
        write(from, end, level);
        return at + slots * slot;
    }

    private void write(long from, long end, int level) {
        Span at = array.spanAt(end);
        boolean growsOver = at != null && at.level() == level && value != TracedArray.ABSENT;
        array.storeRun(from, growsOver ? at.last() : end, level, value);
    }

    private int level(long at) {
        int level = 0;
        while (level < 10 && at % (64L << 6 * level) == 0 && fits(at, 64L << 6 * level)) {
            level++;
        }
        return level;
    }

    private boolean fits(long at, long length) {
        return Long.compareUnsigned(length - 1, last - at) <= 0;
    }

    private long slots(long at, int level) {
        long untilNodeEnds = 64 - (at >>> 6 * level & 63);
        if (level == 10) {
            untilNodeEnds = 16 - (at >>> 60);
        }
        long untilRangeEnds = last - at == -1L ? untilNodeEnds : Long.divideUnsigned(last - at + 1, 1L << 6 * level);
        return Math.min(untilNodeEnds, untilRangeEnds);
    }
}
