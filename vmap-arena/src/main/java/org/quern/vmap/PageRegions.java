package org.quern.vmap;

import java.util.Objects;
import java.util.Set;

import org.quern.kapi.Operation;
import org.quern.vmap.track.Regions;

/**
 * The answer of a scan: runs of pages with equal categories, as byte offsets from the start of the memory scanned. Made
 * once with room for a number of regions and filled again and again; neither filling nor reading it allocates.
 *
 * <p>
 * Regions are ascending and disjoint, and two that touch differ in their categories. A full vector is no error:
 * {@link #resumeAt} says where to go on.
 */
@Operation(threads = Operation.Threads.ONE_AT_A_TIME)
public final class PageRegions {
    /** The least number of regions to have room for. */
    public static final int LEAST_CAPACITY = 4;

    private final Regions regions;

    private PageRegions(Regions regions) {
        this.regions = regions;
    }

    /**
     * Room for that many regions. The kernel is asked for 512 at a time, so multiples of 512 make best use of a call.
     *
     * @param capacity {@value #LEAST_CAPACITY} or more; 24 bytes each
     * @return empty regions
     * @throws IllegalArgumentException if {@code capacity} is too small
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static PageRegions ofCapacity(int capacity) {
        if (capacity < LEAST_CAPACITY || capacity > 1 << 28) {
            throw new IllegalArgumentException("capacity=" + capacity + ": must be " + LEAST_CAPACITY + "..2^28");
        }
        return new PageRegions(new Regions(capacity));
    }

    Regions cleared() {
        regions.clear();
        return regions;
    }

    /**
     * How many regions there are.
     *
     * @return 0..{@link #capacity}
     */
    public int count() {
        return regions.count();
    }

    /**
     * How many fit.
     *
     * @return as asked for
     */
    public int capacity() {
        return regions.capacity();
    }

    /**
     * Where a region begins.
     *
     * @param index 0..{@link #count} - 1
     * @return bytes from the start of the memory scanned, a multiple of the page size
     * @throws IndexOutOfBoundsException if there is no such region
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = IndexOutOfBoundsException.class)
    public long offset(int index) {
        return regions.start(Objects.checkIndex(index, regions.count()));
    }

    /**
     * How long a region is.
     *
     * @param index 0..{@link #count} - 1
     * @return bytes, a positive multiple of the page size
     * @throws IndexOutOfBoundsException if there is no such region
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = IndexOutOfBoundsException.class)
    public long bytes(int index) {
        return regions.end(Objects.checkIndex(index, regions.count())) - regions.start(index);
    }

    /**
     * What the pages of a region are.
     *
     * @param index 0..{@link #count} - 1
     * @return category bits, those asked for: {@link PageCategory#of(long)} names them
     * @throws IndexOutOfBoundsException if there is no such region
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = IndexOutOfBoundsException.class)
    public long categories(int index) {
        return regions.categories(Objects.checkIndex(index, regions.count()));
    }

    /**
     * Whether the pages of a region have a category.
     *
     * @param index 0..{@link #count} - 1
     * @param category which
     * @return true if it was asked for, and is set
     * @throws IndexOutOfBoundsException if there is no such region
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = IndexOutOfBoundsException.class)
    public boolean is(int index, PageCategory category) {
        return (categories(index) & category.bit()) != 0;
    }

    /**
     * All regions together.
     *
     * @return bytes
     */
    public long totalBytes() {
        long bytes = 0;
        for (int i = 0; i < regions.count(); i++) {
            bytes += regions.end(i) - regions.start(i);
        }
        return bytes;
    }

    /**
     * Where to go on: the end of the range if the scan is {@link #isComplete complete}, else the first selected page that
     * was not reported.
     *
     * @return bytes from the start of the memory scanned
     */
    public long resumeAt() {
        return regions.resumeAt();
    }

    /**
     * Whether the scan came to the end of its range.
     *
     * @return false if there was no room for more, or a limit was reached
     */
    public boolean isComplete() {
        return regions.isComplete();
    }

    /**
     * The regions, for logs.
     *
     * @return for instance {@code [0, 4096) WRITTEN PRESENT, [8192, 16384) PRESENT}
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < regions.count(); i++) {
            text.append(text.isEmpty() ? "[" : ", [").append(regions.start(i)).append(", ").append(regions.end(i))
                    .append(')');
            Set<PageCategory> names = PageCategory.of(regions.categories(i));
            names.forEach(name -> text.append(' ').append(name));
        }
        return text.append(regions.isComplete() ? "" : " .. resume at " + regions.resumeAt()).toString();
    }
}
