package org.quern.vmap.track;

/**
 * Runs of pages with equal categories, ascending: what a scan fills in. Fixed capacity, reused; filling allocates nothing.
 *
 * <p>
 * Invariant: regions are not empty, ascending and disjoint, and two that touch differ in their categories; {@link #add}
 * merges those that do not.
 */
public final class Regions {
    private static final int WORDS = 3; // start, end, categories

    private final long[] words;
    private int count;
    private int limit;
    private long resumeAt;
    private boolean complete;

    /**
     * Empty ones.
     *
     * @param capacity how many fit, 1 or more
     */
    public Regions(int capacity) {
        this.words = new long[capacity * WORDS];
        this.limit = capacity;
    }

    /** Forgets everything. */
    public void clear() {
        clear(capacity());
    }

    /**
     * Forgets everything, and makes room for fewer than there is.
     *
     * @param places how many may be added until the next clear, 1 or more; more than the capacity is the capacity
     */
    public void clear(int places) {
        limit = Math.min(places, capacity());
        count = 0;
        resumeAt = 0;
        complete = false;
    }

    /**
     * Adds a region behind the last one, or extends that.
     *
     * @param start its first byte, not before the end of the last region
     * @param end the byte after its last, greater than {@code start}
     * @param categories what its pages are
     * @return false if there is no room; nothing was changed
     */
    public boolean add(long start, long end, long categories) {
        int last = (count - 1) * WORDS;
        if (count > 0 && words[last + 1] == start && words[last + 2] == categories) {
            words[last + 1] = end;
            return true;
        }
        if (room() == 0) {
            return false;
        }
        int at = count++ * WORDS;
        words[at] = start;
        words[at + 1] = end;
        words[at + 2] = categories;
        return true;
    }

    /**
     * Says where the scan stopped.
     *
     * @param offset the first byte not looked at, or the first selected page that was not reported
     * @param wholeRange whether that is the end of the range asked for
     */
    public void stop(long offset, boolean wholeRange) {
        resumeAt = offset;
        complete = wholeRange;
    }

    /**
     * How many more fit.
     *
     * @return 0..capacity
     */
    public int room() {
        return limit - count;
    }

    /**
     * How many there are.
     *
     * @return 0..capacity
     */
    public int count() {
        return count;
    }

    /**
     * How many fit.
     *
     * @return 1 or more
     */
    public int capacity() {
        return words.length / WORDS;
    }

    /**
     * Where a region begins.
     *
     * @param index 0..count - 1
     * @return bytes
     */
    public long start(int index) {
        return words[index * WORDS];
    }

    /**
     * Where a region ends.
     *
     * @param index 0..count - 1
     * @return bytes, exclusive
     */
    public long end(int index) {
        return words[index * WORDS + 1];
    }

    /**
     * What a region's pages are.
     *
     * @param index 0..count - 1
     * @return category bits, as far as asked for
     */
    public long categories(int index) {
        return words[index * WORDS + 2];
    }

    /**
     * Where to go on.
     *
     * @return bytes
     */
    public long resumeAt() {
        return resumeAt;
    }

    /**
     * Whether the range asked for was done.
     *
     * @return false if a limit ended the scan
     */
    public boolean isComplete() {
        return complete;
    }
}
