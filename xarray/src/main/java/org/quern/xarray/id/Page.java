package org.quern.xarray.id;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * 1,024 identifiers as an array of 17 numbers: sixteen words of bits, and one whose bit n says that word n is full.
 *
 * <pre>
 *   word   0 | 1 | .. | 15 | full
 *         64  64        64   16 bits
 * </pre>
 *
 * A plain array and no class: 152 bytes with its header, 0.148 for each identifier. Written by the lock's holder only; readers may look at any time, at one word each, so a
 * word is written whole. The summary is for writers.
 */
final class Page {
    /** Bits of an identifier that a page takes. */
    static final int BITS = 10;
    /** Identifiers of a page. */
    static final int SIZE = 1 << BITS;

    private static final int WORDS = SIZE / Long.SIZE;
    private static final int FULL = WORDS;
    private static final long ALL_FULL = (1L << WORDS) - 1;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private Page() {}

    static long[] create() {
        return new long[WORDS + 1];
    }

    private static int word(long id) {
        return (int) id >>> 6 & WORDS - 1;
    }

    private static void setRelease(long[] page, int word, long bits) {
        WORD.setRelease(page, word, bits); // pairs with the acquire in isTaken
        long bit = 1L << word;
        page[FULL] = bits == -1L ? page[FULL] | bit : page[FULL] & ~bit;
    }

    /** Safe without the lock. */
    static boolean isTaken(long[] page, long id) {
        return ((long) WORD.getAcquire(page, word(id)) >>> id & 1) != 0; // a shift distance is taken modulo 64
    }

    static void take(long[] page, long id) {
        setRelease(page, word(id), page[word(id)] | 1L << id);
    }

    static void free(long[] page, long id) {
        setRelease(page, word(id), page[word(id)] & ~(1L << id));
    }

    static void setWord(long[] page, int word, long bits) {
        setRelease(page, word, bits);
    }

    static boolean isFull(long[] page) {
        return page[FULL] == ALL_FULL;
    }

    /** Whether nothing is taken now that one identifier has been freed: as a rule one word says no. */
    static boolean isEmptyWithout(long[] page, long id) {
        return page[word(id)] == 0 && isEmpty(page);
    }

    static boolean isEmpty(long[] page) {
        long any = 0;
        for (int word = 0; word < WORDS; word++) {
            any |= page[word];
        }
        return any == 0;
    }

    /**
     * The first free identifier of a page at or after one of it.
     *
     * @return its place 0..1023, or -1
     */
    static int nextFree(long[] page, long from) {
        int first = word(from);
        long open = ~page[FULL] & ALL_FULL & -1L << first;
        if (open == 0) {
            return -1;
        }
        int word = Long.numberOfTrailingZeros(open);
        long free = ~page[word];
        if (word == first) {
            free &= -1L << from;
            open &= open - 1;
            if (free == 0 && open != 0) {
                word = Long.numberOfTrailingZeros(open);
                free = ~page[word];
            }
        }
        return free == 0 ? -1 : word << 6 | Long.numberOfTrailingZeros(free);
    }

    /**
     * The first taken identifier of a page at or after one of it. Safe without the lock.
     *
     * @return its place 0..1023, or -1
     */
    static int nextTaken(long[] page, long from) {
        int word = word(from);
        long taken = (long) WORD.getAcquire(page, word) & -1L << from; // pairs with setRelease
        while (taken == 0) {
            if (++word == WORDS) {
                return -1;
            }
            taken = (long) WORD.getAcquire(page, word); // pairs with setRelease
        }
        return word << 6 | Long.numberOfTrailingZeros(taken);
    }
}
