package org.quern.vmap.share;

/**
 * A run of pages in equal state.
 *
 * @param first the first page
 * @param count pages, 1 or more
 * @param state what they are
 * @param stamp of pages in use, the generation: which act of handing out; of unavailable ones, the change that made them so
 * @param owner the slot of the process that has them
 */
public record Run(long first, long count, RunState state, long stamp, int owner) {
    static final int OWNER_BITS = 8;
    static final int META_BITS = 2 + OWNER_BITS;

    /**
     * The page after the last one.
     *
     * @return a page number
     */
    public long end() {
        return first + count;
    }

    long meta() {
        return state.code() | (long) owner << 2;
    }

    long word() {
        return meta() | count << META_BITS;
    }

    static Run of(long first, long word, long stamp) {
        return of(first, word >>> META_BITS, word, stamp);
    }

    static Run of(long first, long count, long meta, long stamp) {
        return new Run(first, count, RunState.of(meta), stamp, (int) (meta >>> 2) & ((1 << OWNER_BITS) - 1));
    }

    Run part(long from, long to) {
        return new Run(from, to - from, state, stamp, owner);
    }
}
