package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Availability;
import org.quern.kapi.Errno;
import org.quern.kapi.Operation;
import org.quern.kapi.linux.Mman;
import org.quern.vmap.map.MapFailure;
import org.quern.vmap.map.SlotMapper;
import org.quern.vmap.page.FreeRuns;
import org.quern.vmap.reserve.MappingBudget;
import org.quern.vmap.reserve.Reservation;

/**
 * A span of addresses from which {@link Area areas} are cut, into which pages of memory files are mapped: the same page at
 * several places, pages of several files side by side, a part at a time.
 *
 * <pre>
 *     |  area 0  |g|  area 1       |g| quarantine |  area 2 |g|            free                      |
 *                 guard: never mapped; a stray access beyond area 0 does not reach area 1
 * </pre>
 *
 * <p>
 * Guarantees.
 * <ol>
 * <li>Nothing is mapped without the live record of an area, which knows its populated places.
 * <li>Nothing is mapped over a populated place, and a range is not reserved again while anything of it is populated, shown,
 * or in quarantine.
 * <li>Freed ranges stay in quarantine until so many pages are waiting, until there is no other room, or until
 * {@link #flush}.
 * <li>Nothing is ever mapped executable.
 * <li>Mappings are charged to the process's budget before they are made.
 * </ol>
 *
 * <p>
 * The guard is real where the system has guards that cost no mapping (MADV_GUARD_INSTALL, Linux 6.13): the system then
 * refuses to touch it, and so do segments always. Thread-safe: one <em>area lock</em>, held while pages are mapped or a scope
 * is ended. Needs the system's calls: see {@link #availability}.
 */
@Operation(threads = Operation.Threads.ANY)
public final class AddressSpace implements AutoCloseable {
    private static final long QUARANTINE_PAGES = 4096;
    private static final Cleaner CLEANER = Cleaner.create();

    /** A freed range, guard included. */
    private record Freed(long first, long count) {}

    private final String name;
    private final Reservation reservation;
    private final SlotMapper mapper;
    private final long ramPages;
    private final MappingBudget budget;
    private final AtomicInteger charged;
    private final ReentrantLock lock = new ReentrantLock();
    private final FreeRuns free; // guarded by lock, as all below
    private final TreeMap<Long, Area> areas = new TreeMap<>();
    private final Deque<Freed> quarantine = new ArrayDeque<>();
    private long quarantined;
    private boolean closed;

    AddressSpace(String name, Reservation reservation, SlotMapper mapper, long ramPages, MappingBudget budget) {
        this.name = name;
        this.reservation = reservation;
        this.mapper = mapper;
        this.ramPages = ramPages;
        this.budget = budget;
        this.free = new FreeRuns(reservation.bytes() >>> Reservation.PAGE_SHIFT);
        AtomicInteger charges = new AtomicInteger();
        this.charged = charges;
        CLEANER.register(this, () -> budget.release(charges.get())); // of a space that was dropped and not closed
    }

    /**
     * Whether pages can be mapped at chosen places here.
     *
     * @return the verdict
     */
    public static Availability availability() {
        return MirroredRing.availability();
    }

    /**
     * Opens a space.
     *
     * @param name for errors
     * @param bytes 1..2^46, rounded up to pages; costs nothing
     * @return the space, empty
     * @throws IllegalArgumentException if {@code bytes} is out of range
     * @throws MemoryFileException UNAVAILABLE where pages cannot be mapped at chosen places
     * @throws AddressSpaceException if the system has no room or the process holds too many mappings
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            IllegalArgumentException.class, MemoryFileException.class, AddressSpaceException.class})
    public static AddressSpace open(String name, long bytes) {
        Objects.requireNonNull(name, "name");
        if (bytes < 1 || bytes > Reservation.MAX_BYTES) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be 1..2^46");
        }
        if (!availability().isPresent()) {
            throw new MemoryFileException(MemoryFileException.Reason.UNAVAILABLE,
                    name + ": mapping at chosen places: " + availability().reason());
        }
        long whole = Reservation.roundUpToPages(bytes);
        Reservation reservation = AddressSpaceException.reserve(BackEnd.LINUX, name, whole, whole);
        return new AddressSpace(name, reservation, SlotMapper.of(reservation), SparseArenaOptions.physicalPages(),
                MappingBudget.PROCESS);
    }

    // ---- areas ------------------------------------------------------------------------------------------------------

    /**
     * Reserves an area, at the best fit.
     *
     * @param pages 0 or more; a page more is reserved for the guard
     * @param flags what it is
     * @return the area, empty; nothing if {@code pages} is 0, or if no range is long enough, quarantine included
     * @throws IllegalArgumentException if {@code pages} is negative
     * @throws ArenaClosedException if the space is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "area lock", errors = {
            IllegalArgumentException.class, ArenaClosedException.class})
    public Optional<Area> reserve(long pages, AreaFlag... flags) {
        if (pages < 0) {
            throw new IllegalArgumentException("pages=" + pages + ": must be 0 or more");
        }
        Set<AreaFlag> set = EnumSet.noneOf(AreaFlag.class);
        set.addAll(List.of(flags));
        lock.lock();
        try {
            checkOpen();
            return pages == 0 || pages > reservation.bytes() >>> Reservation.PAGE_SHIFT
                    ? Optional.empty()
                    : Optional.ofNullable(take(pages, Set.copyOf(set)));
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Area take(long pages, Set<AreaFlag> flags) {
        long recorded = pages + (flags.contains(AreaFlag.NO_GUARD) ? 0 : 1);
        free.prepare(2 * (areas.size() + quarantine.size()) + 4); // so that giving back cannot fail
        long first = free.takeBestFit(recorded);
        if (first == FreeRuns.NONE && !quarantine.isEmpty()) {
            flushAll();
            first = free.takeBestFit(recorded);
        }
        if (first == FreeRuns.NONE) {
            return null;
        }
        Area area = new Area(this, first, pages, flags);
        areas.put(first, area);
        if (recorded > pages) {
            guard(first + pages, true);
        }
        return area;
    }

    private void guard(long page, boolean wanted) {
        // Safe because the page is in our reservation, belongs to no area's usable pages, and no segment reaches it. A hint:
        // kernels before 6.13 do not know guards.
        int ignored = Mman.tryMadvise(reservation.base() + (page << Reservation.PAGE_SHIFT), Reservation.PAGE_BYTES,
                wanted ? Mman.MADV_GUARD_INSTALL : Mman.MADV_GUARD_REMOVE);
        assert ignored <= 0;
    }

    /**
     * The area that a position lies in, its guard included.
     *
     * @param position bytes from the beginning of the space
     * @return nothing if no area is there
     * @throws ArenaClosedException if the space is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "area lock", errors = ArenaClosedException.class)
    public Optional<Area> find(long position) {
        lock.lock();
        try {
            checkOpen();
            long page = position >> Reservation.PAGE_SHIFT;
            Map.Entry<Long, Area> below = areas.floorEntry(page);
            return below != null && page < below.getKey() + below.getValue().recordedPages()
                    ? Optional.of(below.getValue())
                    : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The area that a segment lies in.
     *
     * @param segment as an area showed it, or a part of it
     * @return nothing if it is no area's of this space
     * @throws ArenaClosedException if the space is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "area lock", errors = ArenaClosedException.class)
    public Optional<Area> find(MemorySegment segment) {
        long position = segment.address() - reservation.base();
        return position < 0 || position >= reservation.bytes() ? Optional.empty() : find(position);
    }

    /**
     * Frees the area that begins at a position: ends its segments, empties its places, puts the range into quarantine.
     *
     * @param position exactly where it begins
     * @return DONE, or IN_USE or REFUSED: then the area is live, and can be freed again
     * @throws StaleHandleException if no area begins there: it was freed, or the position is inside one, or foreign
     * @throws ArenaClosedException if the space is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "area lock", errors = {
            StaleHandleException.class, ArenaClosedException.class})
    public AreaOutcome free(long position) {
        lock.lock();
        try {
            checkOpen();
            Area area = (position & (Reservation.PAGE_BYTES - 1)) == 0
                    ? areas.get(position >> Reservation.PAGE_SHIFT)
                    : null;
            if (area == null) {
                throw new StaleHandleException("position=" + position + ": no area of " + name + " begins there");
            }
            return release(area);
        } finally {
            lock.unlock();
        }
    }

    private AreaOutcome release(Area area) {
        AreaOutcome outcome = area.release();
        if (outcome.isDone()) {
            quarantine.add(new Freed(area.firstPage(), area.recordedPages()));
            areas.remove(area.firstPage());
            quarantined += area.recordedPages();
            if (quarantined > QUARANTINE_PAGES) {
                flushAll();
            }
        }
        return outcome;
    }

    /**
     * Ends the quarantine of all freed ranges: they can be reserved again.
     *
     * @throws ArenaClosedException if the space is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "area lock", errors = ArenaClosedException.class)
    public void flush() {
        lock.lock();
        try {
            checkOpen();
            flushAll();
        } finally {
            lock.unlock();
        }
    }

    private void flushAll() {
        for (Freed freed = quarantine.poll(); freed != null; freed = quarantine.poll()) {
            guard(freed.first() + freed.count() - 1, false);
            free.give(freed.first(), freed.count());
        }
        quarantined = 0;
    }

    // ---- whole lists ------------------------------------------------------------------------------------------------

    /**
     * Maps a list into an area of its own.
     *
     * @param list 1 page or more
     * @return the area, sparse, all places populated
     * @throws AreaRefusedException if it could not be mapped; nothing was changed
     * @throws ArenaClosedException if the space is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "area lock", errors = {
            AreaRefusedException.class, ArenaClosedException.class})
    public Area map(PageList list) {
        lock.lock();
        try {
            checkOpen();
            if (list.count() > ramPages) {
                throw new AreaRefusedException(new AreaOutcome(AreaOutcome.Kind.TOO_MANY_PAGES,
                        name + ": " + list.count() + " pages, the machine has " + ramPages));
            }
            Area area = reserve(list.count(), AreaFlag.SPARSE).orElseThrow(() -> new AreaRefusedException(
                    new AreaOutcome(AreaOutcome.Kind.OUT_OF_RANGE, name + ": no range of " + list.count()
                            + " pages is free, the longest has " + free.largestRun())));
            AreaOutcome outcome = area.map(0, list);
            if (!outcome.isDone()) {
                release(area);
                throw new AreaRefusedException(outcome);
            }
            return area;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Maps a list for a short time.
     *
     * @param list 1 page or more
     * @return the mapping; give it back by {@link #unmapTransient}
     * @throws AreaRefusedException if it could not be mapped; nothing was changed
     * @throws ArenaClosedException if the space is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "area lock", errors = {
            AreaRefusedException.class, ArenaClosedException.class})
    public TransientMapping mapTransient(PageList list) {
        Area area = map(list);
        return new TransientMapping(area, area.segment(0, area.pages()));
    }

    /**
     * Gives a short-lived mapping back.
     *
     * @param mapping as obtained
     * @param count the count of the list that was mapped: what does not match is a mistake about whose mapping this is
     * @return DONE, or IN_USE or REFUSED: then it is still mapped
     * @throws IllegalArgumentException if the count is another; nothing was changed
     * @throws StaleHandleException if it was given back, or is another space's
     * @throws ArenaClosedException if the space is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "area lock", errors = {
            IllegalArgumentException.class, StaleHandleException.class, ArenaClosedException.class})
    public AreaOutcome unmapTransient(TransientMapping mapping, long count) {
        lock.lock();
        try {
            checkOpen();
            Area area = mapping.area();
            if (areas.get(area.firstPage()) != area) {
                throw new StaleHandleException(area + ": was given back, or is none of " + name);
            }
            if (count != area.pages()) {
                throw new IllegalArgumentException("count=" + count + ": mapped were " + area.pages());
            }
            return release(area);
        } finally {
            lock.unlock();
        }
    }

    // ---- for areas --------------------------------------------------------------------------------------------------

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    String name() {
        return name;
    }

    long ramPages() {
        return ramPages;
    }

    boolean charge(int mappings) {
        boolean granted = budget.acquire(mappings);
        charged.addAndGet(granted ? mappings : 0);
        return granted;
    }

    void discharge(int mappings) {
        charged.addAndGet(-mappings);
        budget.release(mappings);
    }

    int mappingsLeft() {
        return budget.limit() - budget.used();
    }

    int charged() {
        return charged.get();
    }

    int mapSlots(long base, Area.Extent extent) {
        try {
            return extent.file().backing()
                    .using(fd -> mapper.map((base + extent.first()) << Reservation.PAGE_SHIFT,
                            extent.count() << Reservation.PAGE_SHIFT, fd, extent.page() << Reservation.PAGE_SHIFT));
        } catch (MapFailure e) {
            return -Errno.EBADF.number();
        }
    }

    int clearSlots(long base, long place, long count) {
        return mapper.clear((base + place) << Reservation.PAGE_SHIFT, count << Reservation.PAGE_SHIFT);
    }

    MemorySegment segment(long offset, long length, Arena scope) {
        return reservation.segment(offset, length, scope);
    }

    private void checkOpen() {
        if (closed) {
            throw new ArenaClosedException("address space " + name);
        }
    }

    /** Checks the books, in time proportional to the areas; for tests. */
    void verify() {
        lock.lock();
        try {
            free.verify();
            long recorded = 0;
            int extents = 0;
            for (Area area : areas.values()) {
                recorded += area.recordedPages();
                extents += area.extentCount();
            }
            long all = reservation.bytes() >>> Reservation.PAGE_SHIFT;
            if (recorded + quarantined + free.freePages() != all
                    || extents * Area.MAPPINGS_OF_AN_EXTENT != charged.get()) {
                throw new IllegalStateException(name + ": " + recorded + " + " + quarantined + " + " + free.freePages()
                        + " pages of " + all + "; " + extents + " extents, " + charged.get() + " mappings charged");
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Frees all areas. Idempotent.
     *
     * @throws RangeBusyException if a system call of another thread uses a segment; calling close again goes on
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "area lock", errors = RangeBusyException.class)
    public void close() {
        lock.lock();
        try {
            for (Area area : new ArrayList<>(areas.values())) {
                AreaOutcome outcome = release(area);
                if (!outcome.isDone()) {
                    throw new RangeBusyException(outcome.detail() + "; close again", null);
                }
            }
            closed = true;
        } finally {
            lock.unlock();
        }
    }
}
