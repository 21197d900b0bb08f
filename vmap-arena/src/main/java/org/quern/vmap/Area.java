package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Errno;
import org.quern.kapi.Operation;
import org.quern.vmap.map.MapFailure;
import org.quern.vmap.reserve.Reservation;

/**
 * A range of an {@link AddressSpace} with a live record: which of its places are populated, with which pages of which file.
 *
 * <pre>
 *     place    0   1   2   3   4   5   6   7  |guard
 *            | - | A3| A4| - | B0| A3| - | - |  x   |      - empty: no page; segments of it are refused
 *                 \_____/     |    |                        A3 stands at two places: one memory
 *                 extent   extent extent                    each extent costs two mappings of the budget
 * </pre>
 *
 * <p>
 * <b>Views.</b> All segments of an area have one scope. Mapping pages at empty places leaves it alone. Unmapping ends it
 * first: then, when no thread can be inside an access, empty memory takes the place of the pages. What of the area is still
 * populated can be shown anew.
 *
 * <p>
 * Thread-safe. Costs: mapping 3 us for each extent, and the first touch of each page; unmapping the same, and a handshake if
 * the area was shown.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Area {
    static final int MAPPINGS_OF_AN_EXTENT = 2; // its own, and the empty memory behind it that it splits off

    /** Pages of a file that follow each other, at places that do. */
    record Extent(long first, long count, MemoryFile file, long page) {
        long end() {
            return first + count;
        }

        Extent part(long from, long to) {
            return new Extent(from, to - from, file, page + from - first);
        }
    }

    private final AddressSpace space;
    private final long firstPage; // of the space
    private final long pages; // without the guard
    private final Set<AreaFlag> flags;
    private final TreeMap<Long, Extent> extents = new TreeMap<>(); // guarded by the space's lock
    private @Nullable Arena scope; // guarded by the space's lock
    private boolean freed; // guarded by the space's lock

    Area(AddressSpace space, long firstPage, long pages, Set<AreaFlag> flags) {
        this.space = space;
        this.firstPage = firstPage;
        this.pages = pages;
        this.flags = flags;
    }

    /**
     * Maps pages at empty places. All or none.
     *
     * @param place the first place, in pages from the area's beginning
     * @param list what is to stand there; empty lists do nothing
     * @return DONE, or what was in the way; see {@link AreaOutcome.Kind} for the order of the checks
     * @throws StaleHandleException if the area was freed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "area lock", errors = StaleHandleException.class)
    public AreaOutcome map(long place, PageList list) {
        space.lock();
        try {
            checkLive();
            AreaOutcome refused = check(place, list.count());
            if (refused == null && list.count() > 0) {
                refused = checkPages(place, list);
            }
            return refused != null ? refused : list.count() == 0 ? done() : mapAll(place, extentsOf(place, list));
        } finally {
            space.unlock();
        }
    }

    /**
     * Takes pages away; places that are empty are skipped. Ends the area's segments first.
     *
     * @param place the first place, in pages from the area's beginning
     * @param count how many places, 0 or more
     * @return DONE, or what was in the way
     * @throws StaleHandleException if the area was freed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "area lock", errors = StaleHandleException.class)
    public AreaOutcome unmap(long place, long count) {
        space.lock();
        try {
            checkLive();
            AreaOutcome refused = check(place, count);
            return refused != null ? refused : clear(place, count);
        } finally {
            space.unlock();
        }
    }

    /** The checks of the sparse interface, in their order. */
    private @Nullable AreaOutcome check(long place, long count) {
        if (flags.contains(AreaFlag.RESET_PERMISSIONS)) {
            return outcome(AreaOutcome.Kind.WRONG_AREA, "the area resets permissions when it is freed");
        }
        if (flags.contains(AreaFlag.NO_GUARD)) {
            return outcome(AreaOutcome.Kind.WRONG_AREA, "the area has no guard");
        }
        if (!flags.contains(AreaFlag.SPARSE)) {
            return outcome(AreaOutcome.Kind.WRONG_AREA, "the area is not sparse");
        }
        if (count > space.ramPages()) {
            return outcome(AreaOutcome.Kind.TOO_MANY_PAGES, count + " pages, the machine has " + space.ramPages());
        }
        if (place < 0 || count < 0 || place > pages - count) {
            return outcome(AreaOutcome.Kind.OUT_OF_RANGE, "places " + place + "+" + count + " of " + pages);
        }
        return null;
    }

    /** In the order of the list, as the slots would be filled: what is wrong first is said. */
    private @Nullable AreaOutcome checkPages(long place, PageList list) {
        Extent taken = firstPopulated(place, list.count());
        long occupied = taken == null ? Long.MAX_VALUE : Math.max(0, taken.first() - place);
        long missing = list.firstMissing();
        if (missing >= 0 && missing < occupied) {
            return list.page(missing) == PageList.NO_PAGE
                    ? outcome(AreaOutcome.Kind.NO_PAGE, "no page for place " + (place + missing))
                    : outcome(AreaOutcome.Kind.INVALID_PAGE, "page " + list.page(missing) + " for place "
                            + (place + missing) + ": the file has " + list.file().pages());
        }
        if (taken != null) {
            return outcome(AreaOutcome.Kind.OCCUPIED, "place " + (place + occupied) + " is populated");
        }
        try {
            list.file().backing().check();
            return null;
        } catch (MapFailure e) {
            return outcome(AreaOutcome.Kind.INVALID_PAGE, String.valueOf(e.getMessage()));
        }
    }

    private static List<Extent> extentsOf(long place, PageList list) {
        List<Extent> found = new ArrayList<>();
        for (long index = 0; index < list.count();) {
            long end = list.endOfExtent(index);
            found.add(new Extent(place + index, end - index, list.file(), list.page(index)));
            index = end;
        }
        return found;
    }

    private AreaOutcome mapAll(long place, List<Extent> wanted) {
        int mappings = wanted.size() * MAPPINGS_OF_AN_EXTENT;
        if (!space.charge(mappings)) {
            return outcome(AreaOutcome.Kind.MAPPINGS_SPENT, mappings + " mappings wanted, " + space.mappingsLeft()
                    + " are left of the process's budget");
        }
        int mapped = 0;
        try {
            for (Extent extent : wanted) {
                extents.put(extent.first(), extent); // the record first: nothing is mapped without one
                int result = space.mapSlots(firstPage, extent);
                if (result < 0) {
                    extents.remove(extent.first());
                    return outcome(AreaOutcome.Kind.REFUSED, "mapping " + extent.count() + " pages at place "
                            + extent.first() + " failed: " + Errno.fromNumber(-result));
                }
                mapped++;
            }
            return done();
        } finally {
            if (mapped < wanted.size()) {
                long end = mapped == 0 ? place : wanted.get(mapped - 1).end();
                space.discharge((wanted.size() - mapped) * MAPPINGS_OF_AN_EXTENT);
                extents.remove(wanted.get(mapped).first());
                clearSlots(place, end - place); // nobody was given a segment of these places: no scope to end
            }
        }
    }

    /** Empty memory in the place of what is populated; the scope of the segments ends first. */
    private AreaOutcome clear(long place, long count) {
        if (count == 0 || firstPopulated(place, count) == null) {
            return done();
        }
        if (!endViews()) {
            return outcome(AreaOutcome.Kind.IN_USE, "a call of another thread uses a segment of the area");
        }
        return clearSlots(place, count);
    }

    private AreaOutcome clearSlots(long place, long count) {
        for (Extent extent = firstPopulated(place, count); extent != null; extent = firstPopulated(place, count)) {
            AreaOutcome refused = clear(extent, Math.max(extent.first(), place),
                    Math.min(extent.end(), place + count));
            if (refused != null) {
                return refused;
            }
        }
        return done();
    }

    private @Nullable AreaOutcome clear(Extent extent, long from, long to) {
        boolean splits = from > extent.first() && to < extent.end();
        if (splits && !space.charge(MAPPINGS_OF_AN_EXTENT)) {
            return outcome(AreaOutcome.Kind.MAPPINGS_SPENT, "unmapping the middle of an extent needs "
                    + MAPPINGS_OF_AN_EXTENT + " mappings");
        }
        int result = space.clearSlots(firstPage, from, to - from);
        if (result < 0) {
            space.discharge(splits ? MAPPINGS_OF_AN_EXTENT : 0);
            return outcome(AreaOutcome.Kind.REFUSED, "unmapping places " + from + "+" + (to - from) + " failed: "
                    + Errno.fromNumber(-result));
        }
        extents.remove(extent.first());
        int parts = 0;
        if (from > extent.first()) {
            extents.put(extent.first(), extent.part(extent.first(), from));
            parts++;
        }
        if (to < extent.end()) {
            extents.put(to, extent.part(to, extent.end()));
            parts++;
        }
        if (parts == 0) {
            space.discharge(MAPPINGS_OF_AN_EXTENT);
        }
        return null;
    }

    private boolean endViews() {
        Arena shown = scope;
        if (shown != null && !PageSpace.endScope(shown)) {
            return false;
        }
        scope = null;
        return true;
    }

    private @Nullable Extent firstPopulated(long place, long count) {
        Map.Entry<Long, Extent> below = extents.floorEntry(place);
        if (below != null && below.getValue().end() > place) {
            return below.getValue();
        }
        Map.Entry<Long, Extent> above = extents.ceilingEntry(place);
        return above != null && above.getKey() < place + count ? above.getValue() : null;
    }

    /**
     * Populated places as memory. It throws IllegalStateException once anything of the area was unmapped.
     *
     * @param place the first place, in pages from the area's beginning
     * @param count how many places, 1 or more, all populated
     * @return a segment, accessible by every thread
     * @throws IllegalArgumentException if the places are not within the area
     * @throws UnallocatedPageException if a place is empty
     * @throws StaleHandleException if the area was freed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "area lock", errors = {
            IllegalArgumentException.class, UnallocatedPageException.class, StaleHandleException.class})
    public MemorySegment segment(long place, long count) {
        space.lock();
        try {
            checkLive();
            if (place < 0 || count < 1 || place > pages - count) {
                throw new IllegalArgumentException(
                        "place=" + place + ", count=" + count + ": not within " + pages + " pages");
            }
            for (long at = place; at < place + count;) {
                Extent extent = firstPopulated(at, 1);
                if (extent == null) {
                    throw new UnallocatedPageException(this + ": place " + at + " is empty");
                }
                at = extent.end();
            }
            Arena shown = scope;
            if (shown == null) {
                shown = Arena.ofShared();
                scope = shown;
            }
            return space.segment((firstPage + place) << Reservation.PAGE_SHIFT, count << Reservation.PAGE_SHIFT,
                    shown);
        } finally {
            space.unlock();
        }
    }

    /** Ends segments and empties all places; false, with nothing changed for good, if a call holds a segment. */
    AreaOutcome release() {
        AreaOutcome cleared = endViews()
                ? clearSlots(0, pages)
                : outcome(AreaOutcome.Kind.IN_USE, "a call of another thread uses a segment of the area");
        freed = cleared.isDone();
        return cleared;
    }

    private void checkLive() {
        if (freed) {
            throw new StaleHandleException(this + " was freed");
        }
    }

    private AreaOutcome outcome(AreaOutcome.Kind kind, String detail) {
        return new AreaOutcome(kind, this + ": " + detail);
    }

    private static AreaOutcome done() {
        return new AreaOutcome(AreaOutcome.Kind.DONE, "");
    }

    /**
     * Where it begins.
     *
     * @return bytes from the beginning of its address space
     */
    public long position() {
        return firstPage << Reservation.PAGE_SHIFT;
    }

    /**
     * The usable length.
     *
     * @return pages, without the guard
     */
    public long pages() {
        return pages;
    }

    /**
     * How it was reserved.
     *
     * @return an immutable set
     */
    public Set<AreaFlag> flags() {
        return flags;
    }

    /**
     * How many places are populated.
     *
     * @return pages
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "area lock")
    public long populatedPages() {
        space.lock();
        try {
            return extents.values().stream().mapToLong(Extent::count).sum();
        } finally {
            space.unlock();
        }
    }

    long firstPage() {
        return firstPage;
    }

    /** With the guard. */
    long recordedPages() {
        return pages + (flags.contains(AreaFlag.NO_GUARD) ? 0 : 1);
    }

    int extentCount() {
        return extents.size();
    }

    /**
     * Place and length, for logs.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return "area at page " + firstPage + " of " + space.name() + " (" + pages + " pages " + flags + ")";
    }
}
