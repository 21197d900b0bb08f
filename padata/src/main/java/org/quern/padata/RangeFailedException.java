package org.quern.padata;

/**
 * A piece of a range job threw. The cause is what the first failing piece threw; what others threw meanwhile is suppressed
 * in this exception. Pieces that had begun ran to their end; the rest was not begun.
 */
public final class RangeFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** First unit of the piece. */
    private final long start;
    /** End of the piece. */
    private final long end;

    RangeFailedException(long start, long end, Throwable cause) {
        super("piece [" + start + ", " + end + ") threw " + cause, cause);
        this.start = start;
        this.end = end;
    }

    /**
     * First unit of the piece that failed.
     *
     * @return job-specific units
     */
    public long start() {
        return start;
    }

    /**
     * End of the piece that failed, exclusive.
     *
     * @return job-specific units
     */
    public long end() {
        return end;
    }
}
