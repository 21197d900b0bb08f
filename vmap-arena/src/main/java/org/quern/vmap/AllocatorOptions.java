package org.quern.vmap;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.reserve.Reservation;

/**
 * What a {@link SizeClassAllocator} is to be. Immutable, so any number of threads may use it: each method returns changed
 * options.
 *
 * <table>
 * <caption>Options</caption>
 * <tr>
 * <th>option</th>
 * <th>default</th>
 * <th>why</th>
 * </tr>
 * <tr>
 * <td>{@link #named}</td>
 * <td>"allocator"</td>
 * <td>errors and statistics speak of it by this name</td>
 * </tr>
 * <tr>
 * <td>{@link #limit}</td>
 * <td>none</td>
 * <td>only the application knows its share of the machine</td>
 * </tr>
 * <tr>
 * <td>{@link #hugePages}</td>
 * <td>false</td>
 * <td>memory goes back to the system by pages of 4 KiB; huge pages make first touch and random access cheaper, and
 * resident memory coarser</td>
 * </tr>
 * <tr>
 * <td>{@link #on}</td>
 * <td>{@link BackEnd#preferred}</td>
 * <td>the means are the system's; tests run on both</td>
 * </tr>
 * <tr>
 * <td>{@link #checked}</td>
 * <td>false</td>
 * <td>finds misuse at the cost of a microsecond a call, and more memory</td>
 * </tr>
 * <tr>
 * <td>{@link #sampling}</td>
 * <td>16</td>
 * <td>checked mode only: a stack trace costs some 5 us</td>
 * </tr>
 * <tr>
 * <td>{@link #quarantine}</td>
 * <td>16 MiB</td>
 * <td>checked mode only: the longer a freed block lies idle, the later a use of it is still found</td>
 * </tr>
 * </table>
 */
@Operation(threads = Operation.Threads.ANY)
public final class AllocatorOptions {
    /** The largest address space for blocks: 2^44 bytes; twice as much is reserved. */
    public static final long MAX_RESERVE_BYTES = Reservation.MAX_BYTES / 4;

    private static final long LEAST_RESERVE_BYTES = 1 << 20;
    private static final long DEFAULT_QUARANTINE_BYTES = 16 << 20;
    private static final int DEFAULT_SAMPLING = 16;

    private final long reserveBytes;
    private final long limitBytes;
    private final boolean hugePages;
    private final boolean checked;
    private final int sampling;
    private final long quarantineBytes;
    private final @Nullable BackEnd backEnd;
    private final String name;

    private AllocatorOptions(long reserveBytes, long limitBytes, boolean hugePages, boolean checked, int sampling,
            long quarantineBytes, @Nullable BackEnd backEnd, String name) {
        this.reserveBytes = reserveBytes;
        this.limitBytes = limitBytes;
        this.hugePages = hugePages;
        this.checked = checked;
        this.sampling = sampling;
        this.quarantineBytes = quarantineBytes;
        this.backEnd = backEnd;
        this.name = name;
    }

    /**
     * An allocator over that much address space for blocks below 1 KiB, and as much again for larger ones.
     *
     * @param bytes 1..2^44, rounded up to a power of two of at least 1 MiB. Address space costs nothing; be generous
     * @return options, otherwise default
     * @throws IllegalArgumentException if {@code bytes} is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static AllocatorOptions reserving(long bytes) {
        if (bytes < 1 || bytes > MAX_RESERVE_BYTES) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be 1..2^44");
        }
        long power = Math.max(LEAST_RESERVE_BYTES, Long.highestOneBit(2 * bytes - 1));
        return new AllocatorOptions(power, Long.MAX_VALUE, false, false, DEFAULT_SAMPLING, DEFAULT_QUARANTINE_BYTES,
                null, "allocator");
    }

    /**
     * The name used in errors and statistics.
     *
     * @param newName any text
     * @return changed options
     */
    public AllocatorOptions named(String newName) {
        return new AllocatorOptions(reserveBytes, limitBytes, hugePages, checked, sampling, quarantineBytes, backEnd,
                Objects.requireNonNull(newName, "newName"));
    }

    /**
     * A hard cap on the memory that blocks may occupy, free ones that were not yet given back to the system included. Before a
     * request fails for it, everything that is free is given back.
     *
     * @param bytes 1 or more, rounded down to pages
     * @return changed options
     * @throws IllegalArgumentException if {@code bytes} is not positive
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public AllocatorOptions limit(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be positive");
        }
        return new AllocatorOptions(reserveBytes, bytes, hugePages, checked, sampling, quarantineBytes, backEnd, name);
    }

    /**
     * Whether to ask the system for pages of 2 MiB. A hint; where the system has none, nothing changes. Memory that goes
     * back in smaller parts splits them.
     *
     * @param wanted true to ask for them, false to refuse them
     * @return changed options
     */
    public AllocatorOptions hugePages(boolean wanted) {
        return new AllocatorOptions(reserveBytes, limitBytes, wanted, checked, sampling, quarantineBytes, backEnd,
                name);
    }

    /**
     * Whether to look for misuse: overflow, use after free, double free, leaks. See {@link SizeClassAllocator}.
     *
     * @param wanted true for the checked mode
     * @return changed options
     */
    public AllocatorOptions checked(boolean wanted) {
        return new AllocatorOptions(reserveBytes, limitBytes, hugePages, wanted, sampling, quarantineBytes, backEnd,
                name);
    }

    /**
     * In checked mode: of how many blocks one has the place remembered where it was allocated and freed.
     *
     * @param every 1 for all, 16 for one in sixteen, 0 for none
     * @return changed options
     * @throws IllegalArgumentException if {@code every} is negative
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public AllocatorOptions sampling(int every) {
        if (every < 0) {
            throw new IllegalArgumentException("every=" + every + ": must not be negative");
        }
        return new AllocatorOptions(reserveBytes, limitBytes, hugePages, checked, every, quarantineBytes, backEnd,
                name);
    }

    /**
     * In checked mode: how many bytes of freed blocks are kept from reuse.
     *
     * @param bytes 0 or more
     * @return changed options
     * @throws IllegalArgumentException if {@code bytes} is negative
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public AllocatorOptions quarantine(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must not be negative");
        }
        return new AllocatorOptions(reserveBytes, limitBytes, hugePages, checked, sampling, bytes, backEnd, name);
    }

    /**
     * The back end; without this {@link BackEnd#preferred} at the time the allocator is opened.
     *
     * @param wanted by which means it gets its memory
     * @return changed options
     */
    public AllocatorOptions on(BackEnd wanted) {
        return new AllocatorOptions(reserveBytes, limitBytes, hugePages, checked, sampling, quarantineBytes,
                Objects.requireNonNull(wanted, "wanted"), name);
    }

    BackEnd backEnd() {
        return backEnd == null ? BackEnd.preferred() : backEnd;
    }

    long reserveBytes() {
        return reserveBytes;
    }

    long limitPages() {
        return limitBytes >>> Reservation.PAGE_SHIFT;
    }

    boolean hugePages() {
        return hugePages;
    }

    boolean checked() {
        return checked;
    }

    int sampling() {
        return sampling;
    }

    long quarantineBytes() {
        return quarantineBytes;
    }

    String name() {
        return name;
    }
}
