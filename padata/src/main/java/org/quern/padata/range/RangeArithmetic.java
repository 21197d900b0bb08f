package org.quern.padata.range;

/**
 * How a range is cut. All in units of the job; no result overflows where the arguments are in range.
 * <pre>
 *   threads = size / max(minChunk, align), at least 1, at most maxThreads
 *   chunk   = max(size / (4 * threads), minChunk, 1), rounded up to a multiple of align
 *
 *   start                                                                     start + size
 *     |--- first ---|---- chunk ----|---- chunk ----|---- chunk ----|-- last --|
 *                   k*chunk         (k+1)*chunk     ...
 * </pre>
 * Inner boundaries are absolute multiples of the chunk, hence of the alignment; only the first and the last piece may be
 * shorter. Four pieces a thread let a fast thread take over from a slow one.
 * <p>
 * No overflow: with two threads or more, size is at least 2 * max(minChunk, align), so the chunk before rounding is at
 * most size / 2, and rounding adds less than size / 2. With one thread there is one piece and no chunk.
 */
public final class RangeArithmetic {
    private static final int PIECES_PER_THREAD = 4;

    private RangeArithmetic() {}

    /**
     * How many threads are worth having, the caller included.
     *
     * @param size 0 or more
     * @param align 1 or more
     * @param minChunk 1 or more
     * @param maxThreads 1 or more
     * @return 1..maxThreads
     */
    public static int threads(long size, long align, long minChunk, int maxThreads) {
        return Math.clamp(size / Math.max(minChunk, align), 1, maxThreads);
    }

    /**
     * The size of an inner piece.
     *
     * @param size of the range
     * @param align 1 or more
     * @param minChunk 1 or more
     * @param threads those that really take part
     * @return a positive multiple of {@code align}
     */
    public static long chunk(long size, long align, long minChunk, int threads) {
        long wish = Math.max(size / ((long) threads * PIECES_PER_THREAD), minChunk);
        return Math.multiplyExact(Math.ceilDiv(wish, align), align);
    }

    /**
     * Where a piece ends.
     *
     * @param from its first unit, 0..limit-1
     * @param limit end of the range
     * @param chunk the chunk
     * @return the next multiple of the chunk, or the limit if that is nearer
     */
    public static long pieceEnd(long from, long limit, long chunk) {
        long toBoundary = chunk - from % chunk;
        return toBoundary < limit - from ? from + toBoundary : limit;
    }
}
