package org.quern.vmap.fault;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.raw.RawMemory;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.reserve.ReservationFailure;

/**
 * The state of every page of a lazy area: one byte each, off the heap.
 *
 * <pre>
 *              claim                 publish
 *   ABSENT  ---------->  FILLING  ------------->  PRESENT
 *    ^ ^ ^                  |  |                     |
 *    | | +------------------+  +------> FAILED       | discard begins
 *    | |   handler failed,     poison     |          v
 *    | |   fill given up                  |      DISCARDING ----> PRESENT   a segment is in use: given up
 *    | +----------------------------------+          |
 *    |           poison lifted (by discard)          |
 *    +-----------------------------------------------+
 *                 memory is gone, no view of it is alive
 * </pre>
 *
 * <ul>
 * <li>ABSENT: the page holds nothing; its next touch fills it.
 * <li>FILLING: one fill, and one only, is responsible for it; it is in the list of its room.
 * <li>PRESENT: the content is in memory. The only state in which a page is accessed.
 * <li>FAILED: poisoned; a touch is refused until the page is discarded.
 * <li>DISCARDING: the views that show it are being ended.
 * </ul>
 *
 * Every transition is made by a holder of the page's room and checks the state it finds; one that does not fit is a defect of
 * this package and says so. Reading takes no lock: {@link #isPresentAcquire} is the check in front of each access.
 *
 * <pre>
 *   bytes     | 0 | 2 | 2 | 1 | 0 | ...      a byte a page; memory that nobody wrote reads as zero: ABSENT
 *   touched   |    1    |    0    | ...      a byte on the heap for 4096 pages: whether one of them ever left ABSENT
 * </pre>
 *
 * The check is one load at a computed address through a static final segment, 0.3 ns beside the access itself. Rejected: byte
 * arrays on the heap in chunks (two dependent loads and their bounds, 1.2 ns), or one (0.6 ns, and the heap pays for pages that
 * nobody needs). Cost: an allocation for areas of up to 2^16 pages; above, a reservation of its own, populated 4096 pages
 * at a time.
 */
public final class FillStates {
    /** Holds nothing. */
    public static final byte ABSENT = 0;
    /** Being filled. */
    public static final byte FILLING = 1;
    /** In memory. */
    public static final byte PRESENT = 2;
    /** Poisoned. */
    public static final byte FAILED = 3;
    /** Being discarded. */
    public static final byte DISCARDING = 4;

    private static final String[] NAMES = {"ABSENT", "FILLING", "PRESENT", "FAILED", "DISCARDING"};
    /** Which states may follow: bit n of element s is set if s -> n is drawn above. */
    private static final int[] FOLLOWERS = {1 << FILLING | 1 << FAILED, 1 << PRESENT | 1 << ABSENT | 1 << FAILED,
            1 << DISCARDING, 1 << ABSENT, 1 << ABSENT | 1 << PRESENT};

    /** Pages that one element of {@link #touched} speaks for, as a power of two. */
    private static final int CHUNK_SHIFT = 12;
    private static final long MOST_ALLOCATED = 1 << 16;

    private static final VarHandle STATE = ValueLayout.JAVA_BYTE.varHandle(); // Acquire in *Acquire, Release in transition
    private static final VarHandle TOUCHED = MethodHandles.arrayElementVarHandle(byte[].class); // Opaque: a hint

    private final long pages;
    private final Object memory; // keeps the bytes mapped
    private final long base;
    private final byte[] touched;

    /**
     * All pages ABSENT.
     *
     * @param pages how many, 1..2^34
     */
    public FillStates(long pages) {
        this.pages = pages;
        this.touched = new byte[Math.toIntExact((pages + (1 << CHUNK_SHIFT) - 1) >>> CHUNK_SHIFT)];
        Reservation reserved = pages <= MOST_ALLOCATED ? null : tryReserve(pages);
        MemorySegment allocated = reserved == null ? Arena.ofAuto().allocate(pages) : MemorySegment.NULL;
        this.memory = reserved == null ? allocated : reserved;
        this.base = reserved == null ? allocated.address() : reserved.base();
    }

    /** Null if there is no room, or no mapping, for a reservation. */
    private static @Nullable Reservation tryReserve(long bytes) {
        try {
            long whole = Reservation.roundUpToPages(bytes);
            return Reservation.open("states of " + bytes + " lazy pages", whole, whole);
        } catch (ReservationFailure e) {
            return null;
        }
    }

    /**
     * How many pages there are.
     *
     * @return 1 or more
     */
    public long pages() {
        return pages;
    }

    /**
     * The state of a page. Pairs with the release in {@link #transition}: who sees PRESENT here sees the content, and
     * who sees a view that was made after a page became DISCARDING sees that it did.
     *
     * @param page 0 to {@link #pages} - 1
     * @return one of the constants
     * @throws IndexOutOfBoundsException if there is no such page
     */
    public byte getAcquire(long page) {
        if (page < 0 || page >= pages) {
            throw new IndexOutOfBoundsException("page=" + page + ": must be 0.." + (pages - 1));
        }
        try {
            // Safe because the page has a byte, which is mapped while this object is reachable (fence below). Acquire: pairs
            // with the release in transition.
            return (byte) STATE.getAcquire(RawMemory.EVERYTHING, base + page);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /**
     * Whether a page is PRESENT, asked as {@link #getAcquire} does; the check in front of each access.
     *
     * @param page any number; what is no page is not present
     * @return true if it may be accessed
     */
    public boolean isPresentAcquire(long page) {
        return page >= 0 && page < pages && getAcquire(page) == PRESENT;
    }

    /** Where the bytes are; mapped while this object is reachable. */
    long base() {
        return base;
    }

    /** As {@link #isPresentAcquire(long)}; the caller keeps the object of {@code base} reachable, and checked the page. */
    static boolean isPresentAcquire(long base, long page) {
        // Safe as the caller says. Acquire: pairs with the release in transition.
        return (byte) STATE.getAcquire(RawMemory.EVERYTHING, base + page) == PRESENT;
    }

    /**
     * Whether all pages of a run are PRESENT, each asked as {@link #getAcquire} does.
     *
     * @param first the first page
     * @param end the page after the last
     * @return the first page that is not, or {@code end}
     */
    public long firstNotPresent(long first, long end) {
        long page = first;
        while (page < end && isPresentAcquire(page)) {
            page++;
        }
        return page;
    }

    /**
     * The next page that is not ABSENT, as far as the caller can know: of pages whose room it does not hold, it may miss
     * those that leave ABSENT meanwhile. Skips 4096 pages at a time where none ever did.
     *
     * @param from where to begin
     * @param end where to stop
     * @return the page, or {@code end}
     */
    public long nextNotAbsent(long from, long end) {
        long page = from;
        while (page < end) {
            if ((byte) TOUCHED.getOpaque(touched, (int) (page >>> CHUNK_SHIFT)) == 0) {
                page = ((page >>> CHUNK_SHIFT) + 1) << CHUNK_SHIFT;
            } else if (getAcquire(page) == ABSENT) {
                page++;
            } else {
                return page;
            }
        }
        return end;
    }

    /**
     * Changes the state of a page; the caller holds the page's room. Releases what the caller did before.
     *
     * @param page 0 to {@link #pages} - 1
     * @param from the state it has
     * @param to the next state
     * @throws IllegalStateException if that is no transition, or the page is in another state
     */
    public void transition(long page, byte from, byte to) {
        if ((FOLLOWERS[from] & 1 << to) == 0) {
            throw new IllegalStateException(
                    "page " + page + ": " + name(from) + " -> " + name(to) + " is no transition");
        }
        byte seen = getAcquire(page);
        if (seen != from) {
            throw new IllegalStateException("page " + page + ": is " + name(seen) + ", not " + name(from));
        }
        TOUCHED.setOpaque(touched, (int) (page >>> CHUNK_SHIFT), (byte) 1);
        try {
            // Safe as in getAcquire. Release: pairs with getAcquire: content before PRESENT, DISCARDING before the next view.
            STATE.setRelease(RawMemory.EVERYTHING, base + page, to);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /**
     * A state by name.
     *
     * @param state one of the constants
     * @return its name
     */
    public static String name(byte state) {
        return NAMES[state];
    }
}
