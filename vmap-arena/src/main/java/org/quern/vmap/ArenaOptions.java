package org.quern.vmap;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.reserve.Reservation;

/**
 * What a {@link VmapArena} is to be. Immutable, so any number of threads may use it: each method returns changed options.
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
 * <td>"arena"</td>
 * <td>errors and statistics speak of it by this name</td>
 * </tr>
 * <tr>
 * <td>{@link #atLeast}</td>
 * <td>64 MiB, or the whole if smaller</td>
 * <td>under RLIMIT_AS or strict overcommit a smaller arena is mostly better than none</td>
 * </tr>
 * <tr>
 * <td>{@link #budget}</td>
 * <td>none</td>
 * <td>only the application knows its share of the machine</td>
 * </tr>
 * <tr>
 * <td>{@link #hugePages}</td>
 * <td>false</td>
 * <td>a touched byte costs a page of 4 KiB, not 2 MiB, also where the system would use huge pages by itself; block
 * pools have a switch of their own, {@link BlockPool#adviseHugePages}</td>
 * </tr>
 * <tr>
 * <td>{@link #guardPages(boolean)}</td>
 * <td>false</td>
 * <td>segments are bounds-checked; guards are for addresses that leave Java</td>
 * </tr>
 * <tr>
 * <td>{@link #quarantine}</td>
 * <td>0</td>
 * <td>segments of freed ranges throw; a quarantine is for addresses that leave Java, and costs page tables</td>
 * </tr>
 * <tr>
 * <td>{@link #on}</td>
 * <td>{@link BackEnd#preferred}</td>
 * <td>the Linux calls where they are there, else what the JDK offers</td>
 * </tr>
 * </table>
 */
@Operation(threads = Operation.Threads.ANY)
public final class ArenaOptions {
    private static final long DEFAULT_LEAST_BYTES = 64 << 20;

    private final long reserveBytes;
    private final long leastBytes;
    private final long budgetBytes;
    private final boolean hugePages;
    private final @Nullable BackEnd backEnd;
    private final boolean guards;
    private final long quarantineBytes;
    private final String name;

    private ArenaOptions(long reserveBytes, long leastBytes, long budgetBytes, boolean hugePages,
            @Nullable BackEnd backEnd, boolean guards, long quarantineBytes, String name) {
        this.reserveBytes = reserveBytes;
        this.leastBytes = leastBytes;
        this.budgetBytes = budgetBytes;
        this.hugePages = hugePages;
        this.backEnd = backEnd;
        this.guards = guards;
        this.quarantineBytes = quarantineBytes;
        this.name = name;
    }

    /**
     * An arena over that much address space.
     *
     * @param bytes 1..2^46, rounded up to pages. Address space costs nothing; be generous
     * @return options, otherwise default
     * @throws IllegalArgumentException if {@code bytes} is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static ArenaOptions reserving(long bytes) {
        if (bytes < 1 || bytes > Reservation.MAX_BYTES) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be 1..2^46");
        }
        long whole = Reservation.roundUpToPages(bytes);
        return new ArenaOptions(whole, Math.min(whole, DEFAULT_LEAST_BYTES), Long.MAX_VALUE, false, null, false, 0,
                "arena");
    }

    /**
     * The name used in errors and statistics.
     *
     * @param newName any text
     * @return changed options
     */
    public ArenaOptions named(String newName) {
        return new ArenaOptions(reserveBytes, leastBytes, budgetBytes, hugePages, backEnd, guards, quarantineBytes,
                Objects.requireNonNull(newName, "newName"));
    }

    /**
     * The smallest reservation that will do when the system has no room for the wished one, which is then halved as often as
     * needed.
     *
     * @param bytes 1..the wished size
     * @return changed options
     * @throws IllegalArgumentException if {@code bytes} is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public ArenaOptions atLeast(long bytes) {
        if (bytes < 1 || bytes > reserveBytes) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be 1.." + reserveBytes);
        }
        return new ArenaOptions(reserveBytes, bytes, budgetBytes, hugePages, backEnd, guards, quarantineBytes, name);
    }

    /**
     * A hard cap on what the arena hands out, its block pools included; beyond it requests are refused.
     *
     * @param bytes 1 or more, rounded down to pages: less than a page is a budget of nothing
     * @return changed options
     * @throws IllegalArgumentException if {@code bytes} is not positive
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public ArenaOptions budget(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be positive");
        }
        return new ArenaOptions(reserveBytes, leastBytes, bytes, hugePages, backEnd, guards, quarantineBytes, name);
    }

    /**
     * Whether to ask the system for pages of 2 MiB. They make the first touch and random access cheaper and resident
     * memory coarser. A hint; where the system has none, nothing changes.
     *
     * @param wanted true to ask for them, false to refuse them
     * @return changed options
     */
    public ArenaOptions hugePages(boolean wanted) {
        return new ArenaOptions(reserveBytes, leastBytes, budgetBytes, wanted, backEnd, guards, quarantineBytes, name);
    }

    /**
     * The back end; without this {@link BackEnd#preferred} at the time the arena is opened.
     *
     * @param wanted by which means the arena and its pools get their memory
     * @return changed options
     */
    public ArenaOptions on(BackEnd wanted) {
        return new ArenaOptions(reserveBytes, leastBytes, budgetBytes, hugePages,
                Objects.requireNonNull(wanted, "wanted"), guards, quarantineBytes, name);
    }

    /**
     * Whether each page range is followed by a guard page that nobody may touch. Java access is bounds-checked with and without
     * it; it is for addresses that leave Java. On Linux since 6.13 such a touch kills the process, rather than showing or
     * damaging the next range; elsewhere the page is merely nobody's. Costs a page of address space and a system call when
     * handed out and when freed.
     *
     * @param wanted true for a guard behind each range
     * @return changed options
     */
    public ArenaOptions guardPages(boolean wanted) {
        return new ArenaOptions(reserveBytes, leastBytes, budgetBytes, hugePages, backEnd, wanted, quarantineBytes,
                name);
    }

    /**
     * How much freed address space is kept from use before the oldest is handed out again. A freed range has lost its memory
     * and its segments throw; the quarantine is for addresses that left Java: what still uses one finds zeros, not another
     * owner's data. It is flushed at once when an allocation would fail for want of it, and by
     * {@link VmapArena#flushQuarantine}.
     *
     * @param bytes 0 or more, rounded down to pages; 0 for none
     * @return changed options
     * @throws IllegalArgumentException if {@code bytes} is negative
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public ArenaOptions quarantine(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must not be negative");
        }
        return new ArenaOptions(reserveBytes, leastBytes, budgetBytes, hugePages, backEnd, guards, bytes, name);
    }

    BackEnd backEnd() {
        return backEnd == null ? BackEnd.preferred() : backEnd;
    }

    long reserveBytes() {
        return reserveBytes;
    }

    long leastBytes() {
        return leastBytes;
    }

    long budgetPages() {
        return budgetBytes >>> Reservation.PAGE_SHIFT;
    }

    long guardPages() {
        return guards ? 1 : 0;
    }

    long quarantinePages() {
        return quarantineBytes >>> Reservation.PAGE_SHIFT;
    }

    boolean hugePages() {
        return hugePages;
    }

    String name() {
        return name;
    }
}
