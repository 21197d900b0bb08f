package org.quern.vmap.fault;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The state of every page of a lazy area: one byte each, in chunks that exist only where a page ever left ABSENT.
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
 * Every transition is a compare-and-set; all are made by holders of the page's room, so one that fails is a defect of this
 * package and says so. Reading takes no lock: {@link #getAcquire} is the check in front of each access.
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

    /** Pages of a chunk, as a power of two: a chunk of 4 KiB speaks for 16 MiB. */
    private static final int CHUNK_SHIFT = 12;
    private static final int CHUNK_PAGES = 1 << CHUNK_SHIFT;
    private static final byte[] NONE = new byte[CHUNK_PAGES]; // stands for every chunk that does not exist; never written

    private static final VarHandle STATE = MethodHandles.arrayElementVarHandle(byte[].class);
    private static final VarHandle CHUNK = MethodHandles.arrayElementVarHandle(byte[][].class);

    private final long pages;
    private final byte[][] chunks;

    /**
     * All pages ABSENT. Costs a reference for each 4096 pages.
     *
     * @param pages how many, 1..2^34
     */
    public FillStates(long pages) {
        this.pages = pages;
        this.chunks = new byte[Math.toIntExact((pages + CHUNK_PAGES - 1) >>> CHUNK_SHIFT)][];
        Arrays.fill(chunks, NONE);
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
     * The state of a page. Pairs with the compareAndSet in {@link #transition}: who sees PRESENT here sees the content, and
     * who sees a view that was made after a page became DISCARDING sees that it did.
     *
     * @param page 0 to {@link #pages} - 1
     * @return one of the constants
     */
    public byte getAcquire(long page) {
        byte[] chunk = (byte[]) CHUNK.getAcquire(chunks, (int) (page >>> CHUNK_SHIFT)); // pairs with the one in ownChunk
        return (byte) STATE.getAcquire(chunk, (int) page & (CHUNK_PAGES - 1));
    }

    /**
     * Whether a page is PRESENT, asked as {@link #getAcquire} does; the check in front of each access. The chunk is read
     * plainly: who sees one too old sees ABSENT and asks again under the room, and the states of a chunk are zeros from
     * before it is seen (JLS 17.4.4).
     *
     * @param page 0 to {@link #pages} - 1
     * @return true if it may be accessed
     */
    public boolean isPresentAcquire(long page) {
        // Pairs with the compareAndExchange in transition.
        return (byte) STATE.getAcquire(chunks[(int) (page >>> CHUNK_SHIFT)], (int) page & (CHUNK_PAGES - 1)) == PRESENT;
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
     * The next page that is not ABSENT; skips chunks that do not exist.
     *
     * @param from where to begin
     * @param end where to stop
     * @return the page, or {@code end}
     */
    public long nextNotAbsent(long from, long end) {
        long page = from;
        while (page < end) {
            byte[] chunk = (byte[]) CHUNK.getAcquire(chunks, (int) (page >>> CHUNK_SHIFT)); // as in getAcquire
            if (isNone(chunk)) {
                page = (page | (CHUNK_PAGES - 1)) + 1;
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
        // Pairs with getAcquire: content before PRESENT, DISCARDING before the next view.
        byte seen = (byte) STATE.compareAndExchange(ownChunk(page), (int) page & (CHUNK_PAGES - 1), from, to);
        if (seen != from) {
            throw new IllegalStateException("page " + page + ": is " + name(seen) + ", not " + name(from));
        }
    }

    private byte[] ownChunk(long page) {
        int index = (int) (page >>> CHUNK_SHIFT);
        byte[] chunk = (byte[]) CHUNK.getAcquire(chunks, index); // pairs with the compareAndSet below
        if (!isNone(chunk)) {
            return chunk;
        }
        byte[] made = new byte[CHUNK_PAGES];
        return CHUNK.compareAndSet(chunks, index, NONE, made) // pairs with getAcquire
                ? made
                : (byte[]) CHUNK.getAcquire(chunks, index); // pairs with the compareAndSet of who was first
    }

    @SuppressWarnings("ReferenceEquality") // NONE is one object, and which one is the question
    private static boolean isNone(byte[] chunk) {
        return chunk == NONE;
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
