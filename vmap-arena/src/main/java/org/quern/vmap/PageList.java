package org.quern.vmap;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * Pages of a {@link MemoryFile}, in the order in which they are to stand in an {@link Area}. The same page may occur more
 * than once, in one list and in many. Pages that follow each other in the file cost one mapping together.
 *
 * <p>
 * Immutable, so any number of threads may use it.
 */
@Operation(threads = Operation.Threads.ANY)
public final class PageList {
    /** Stands for a page that is missing. */
    public static final long NO_PAGE = -1;

    private final MemoryFile file;
    private final long first;
    private final long count;
    private final long @Nullable [] numbers; // null: first, first + 1, ..

    private PageList(MemoryFile file, long first, long count, long @Nullable [] numbers) {
        this.file = Objects.requireNonNull(file, "file");
        this.first = first;
        this.count = count;
        this.numbers = numbers;
    }

    /**
     * These pages.
     *
     * @param file theirs
     * @param pages numbers; whether they exist is seen when they are mapped
     * @return the list
     */
    public static PageList of(MemoryFile file, long... pages) {
        return new PageList(file, 0, pages.length, pages.clone());
    }

    /**
     * Pages that follow each other.
     *
     * @param file theirs
     * @param first the first
     * @param count how many, 0 or more
     * @return the list
     * @throws IllegalArgumentException if a number is negative
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static PageList range(MemoryFile file, long first, long count) {
        if (first < 0 || count < 0) {
            throw new IllegalArgumentException("first=" + first + ", count=" + count + ": must be 0 or more");
        }
        return new PageList(file, first, count, null);
    }

    /**
     * The file.
     *
     * @return whose pages these are
     */
    public MemoryFile file() {
        return file;
    }

    /**
     * The length.
     *
     * @return pages
     */
    public long count() {
        return count;
    }

    long page(long index) {
        return numbers == null ? first + index : numbers[(int) index];
    }

    /** The index after the last of the pages from {@code index} on that follow each other in the file. */
    long endOfExtent(long index) {
        if (numbers == null) {
            return count;
        }
        long end = index + 1;
        while (end < count && page(end) == page(end - 1) + 1) {
            end++;
        }
        return end;
    }

    /** The index of the first page that the file does not have; -1 if it has all. */
    long firstMissing() {
        if (numbers == null) {
            return first > file.pages() - count ? Math.max(0, file.pages() - first) : -1;
        }
        for (int index = 0; index < numbers.length; index++) {
            if (numbers[index] < 0 || numbers[index] >= file.pages()) {
                return index;
            }
        }
        return -1;
    }
}
