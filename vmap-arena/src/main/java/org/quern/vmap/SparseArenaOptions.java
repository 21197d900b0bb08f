package org.quern.vmap;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.kapi.linux.Unistd;

/**
 * What a {@link SparseArena} is to be. Immutable, so any number of threads may use it: each method returns changed options.
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
 * <td>"sparse arena"</td>
 * <td>errors speak of it by this name, and /proc/PID/maps</td>
 * </tr>
 * <tr>
 * <td>{@link #onFault}</td>
 * <td>FAIL</td>
 * <td>an access to a page that nobody asked for is mostly a mistake</td>
 * </tr>
 * <tr>
 * <td>{@link #budgetPages}</td>
 * <td>the machine's memory</td>
 * <td>more cannot be populated</td>
 * </tr>
 * <tr>
 * <td>{@link #usingPageZero}</td>
 * <td>false</td>
 * <td>handle 0 means "none" in linked structures</td>
 * </tr>
 * <tr>
 * <td>{@link #mappedAt}</td>
 * <td>anywhere</td>
 * <td>handles are offsets: equal addresses are not needed</td>
 * </tr>
 * <tr>
 * <td>{@link #inFile}</td>
 * <td>a sealed memory file</td>
 * <td>a file in a file system can be cut by others</td>
 * </tr>
 * <tr>
 * <td>{@link #patience}</td>
 * <td>5 seconds</td>
 * <td>a peer that lives but does not run must not make others hang</td>
 * </tr>
 * </table>
 */
@Operation(threads = Operation.Threads.ANY)
public final class SparseArenaOptions {
    private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(5);

    private final long pages;
    private final String name;
    private final FaultPolicy faultPolicy;
    private final long budgetPages;
    private final boolean pageZero;
    private final long address;
    private final @Nullable Path path;
    private final Duration patience;

    private SparseArenaOptions(long pages, String name, FaultPolicy faultPolicy, long budgetPages, boolean pageZero,
            long address, @Nullable Path path, Duration patience) {
        this.pages = pages;
        this.name = name;
        this.faultPolicy = faultPolicy;
        this.budgetPages = budgetPages;
        this.pageZero = pageZero;
        this.address = address;
        this.path = path;
        this.patience = patience;
    }

    /**
     * An arena of that many pages.
     *
     * @param pages 1 or more; how many at most, the arena's width and the size of a page say
     * @return options, otherwise default
     * @throws IllegalArgumentException if {@code pages} is not positive
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static SparseArenaOptions pages(long pages) {
        require(pages, "pages");
        return new SparseArenaOptions(pages, "sparse arena", FaultPolicy.FAIL, physicalPages(), false, 0, null,
                DEFAULT_PATIENCE);
    }

    static long physicalPages() {
        return Unistd.availability().isPresent() ? Unistd.sysconf(Unistd.SC_PHYS_PAGES) : Long.MAX_VALUE;
    }

    private static void require(long value, String what) {
        if (value < 1) {
            throw new IllegalArgumentException(what + "=" + value + ": must be 1 or more");
        }
    }

    /**
     * The name used in errors.
     *
     * @param newName at most 249 bytes of UTF-8
     * @return changed options
     */
    public SparseArenaOptions named(String newName) {
        return new SparseArenaOptions(pages, Objects.requireNonNull(newName, "newName"), faultPolicy, budgetPages,
                pageZero, address, path, patience);
    }

    /**
     * What an access to a page does that is not allocated, in every process.
     *
     * @param policy allocate it, or be refused
     * @return changed options
     */
    public SparseArenaOptions onFault(FaultPolicy policy) {
        return new SparseArenaOptions(pages, name, Objects.requireNonNull(policy, "policy"), budgetPages, pageZero,
                address, path, patience);
    }

    /**
     * How many pages may be allocated at a time, by all processes together.
     *
     * @param most 1 or more
     * @return changed options
     * @throws IllegalArgumentException if {@code most} is not positive
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public SparseArenaOptions budgetPages(long most) {
        require(most, "most");
        return new SparseArenaOptions(pages, name, faultPolicy, most, pageZero, address, path, patience);
    }

    /**
     * Whether the page may be handed out whose handle is 0, which otherwise stands for "none".
     *
     * @param wanted true to have it
     * @return changed options
     */
    public SparseArenaOptions usingPageZero(boolean wanted) {
        return new SparseArenaOptions(pages, name, faultPolicy, budgetPages, wanted, address, path, patience);
    }

    /**
     * The address of the first page in every process. Handles are then addresses, or their lower 32 bits.
     *
     * @param where a multiple of the page size
     * @return changed options
     */
    public SparseArenaOptions mappedAt(long where) {
        return new SparseArenaOptions(pages, name, faultPolicy, budgetPages, pageZero, where, path, patience);
    }

    /**
     * A new file at a path instead of a memory file; works on every system.
     *
     * @param where there is nothing yet
     * @return changed options
     */
    public SparseArenaOptions inFile(Path where) {
        return new SparseArenaOptions(pages, name, faultPolicy, budgetPages, pageZero, address,
                Objects.requireNonNull(where, "where"), patience);
    }

    /**
     * How long an operation waits for a process that holds the arena's lock and lives.
     *
     * @param atMost more than 0
     * @return changed options
     * @throws IllegalArgumentException if it is not positive
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public SparseArenaOptions patience(Duration atMost) {
        if (atMost.isNegative() || atMost.isZero()) {
            throw new IllegalArgumentException("atMost=" + atMost + ": must be more than 0");
        }
        return new SparseArenaOptions(pages, name, faultPolicy, budgetPages, pageZero, address, path, atMost);
    }

    long pages() {
        return pages;
    }

    String name() {
        return name;
    }

    FaultPolicy faultPolicy() {
        return faultPolicy;
    }

    long budgetPages() {
        return budgetPages;
    }

    boolean pageZero() {
        return pageZero;
    }

    long address() {
        return address;
    }

    @Nullable
    Path path() {
        return path;
    }

    Duration patience() {
        return patience;
    }
}
