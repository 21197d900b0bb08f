package org.quern.vmap.pin;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The counts of one range that is handed out: made when it is first pinned or held, dead when it is freed.
 *
 * <p>
 * A pin of all pages of a range of two or more is one addition to {@code wholePins}, which counts pages and nothing else, and
 * so is exact. A pin of a part, or of a range of one page, adds to the words of its pages ({@link PinWords}).
 *
 * <p>
 * <b>Blocking.</b> Who wants to discard, move or close the range blocks it, and then looks whether pins are left
 * ({@link #freeze}). While it is blocked nobody adds a pin: so the counts only fall, and "none" stays true. An acquisition that
 * meets a block is repeated under the monitor, where a block that came to nothing is never seen; so nobody is refused for
 * somebody else's failed attempt.
 *
 * <p>
 * Guarded by the monitor: {@code blockers}, {@code longTermPins}, {@code doomed}, {@code taken}, {@code quietUpTo}, the
 * poisoned pages, and making chunks. Rejected: a lock around each pin (a pin is then as slow as a call that frees), and a
 * count of the whole range beside the words (all pins of a large range would meet at one cache line).
 */
public final class PinUnit {
    private static final int CHUNK_SHIFT = 12;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final long BLOCKED = Long.MIN_VALUE;
    private static final long COUNT = Long.MAX_VALUE;
    private static final VarHandle WHOLE_PINS = field("wholePins");
    private static final VarHandle WHOLE_HOLDS = field("wholeHolds");

    private final long arena;
    private final long firstPage;
    private final long pages;
    private final AtomicReferenceArray<@Nullable PinWords> chunks;
    private long wholePins; // see WHOLE_PINS
    private long wholeHolds; // see WHOLE_HOLDS
    private int blockers;
    private int longTermPins;
    private long quietUpTo; // pages below were found without pins since it was blocked
    private volatile boolean doomed; // written under the monitor
    private boolean taken;
    private volatile boolean dead;
    private volatile @Nullable Obstacle longTermObstacle;
    private volatile @Nullable BitSet poisoned; // copied on write

    /**
     * No pins, no holds.
     *
     * @param arena the number of the arena
     * @param firstPage of the range
     * @param pages its length, less than 2^43
     */
    public PinUnit(long arena, long firstPage, long pages) {
        this.arena = arena;
        this.firstPage = firstPage;
        this.pages = pages;
        this.chunks = new AtomicReferenceArray<>((int) ((pages + CHUNK - 1) >>> CHUNK_SHIFT));
    }

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(PinUnit.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * Whose it is.
     *
     * @return the number of the arena
     */
    public long arena() {
        return arena;
    }

    /**
     * Where it begins.
     *
     * @return the first page
     */
    public long firstPage() {
        return firstPage;
    }

    /**
     * Its length.
     *
     * @return pages
     */
    public long pages() {
        return pages;
    }

    /** Whether pins of such a part are counted as one. */
    private boolean isUnit(long count) {
        return count == pages && pages > 1 && poisoned == null;
    }

    // ---- pins -------------------------------------------------------------------------------------------------------

    /**
     * A pin or a hold that was added, or the part of it that could be.
     *
     * @param count pages from the first one on
     * @param whole whether they are counted as one unit: to be given back the same way
     * @param obstacle why it is not more; null if it is all
     */
    public record Taken(long count, boolean whole, @Nullable Obstacle obstacle) {
        private static final Taken BLOCKED = new Taken(0, false, Obstacle.BLOCKED);
    }

    /**
     * Pins pages without a lock, where nothing is in the way.
     *
     * @param first the first page, counted from the range's
     * @param count how many, within the range
     * @return what was taken; with an obstacle it is given back already, and {@link #pinSlowly} is to be tried. If its count is
     *         not 0 then somebody who waits for the range to be quiet may have seen it
     */
    public Taken tryPin(long first, long count) {
        Taken taken = pinPages(first, count, true);
        if (taken.obstacle != null) {
            unpin(first, taken.count, taken.whole);
        }
        return taken;
    }

    /**
     * Pins pages, as many from the first one on as can be.
     *
     * @param first the first page, counted from the range's
     * @param count how many, within the range
     * @param longTerm whether for an indefinite time
     * @param writing whether the data may be changed
     * @return what was taken
     */
    public synchronized Taken pinSlowly(long first, long count, boolean longTerm, boolean writing) {
        Obstacle kind = longTerm ? longTermObstacle : null;
        if (kind != null && (kind != Obstacle.TRACKED_FILE || writing)) {
            return new Taken(0, false, kind);
        }
        if (blockers > 0) {
            return Taken.BLOCKED;
        }
        Taken taken = pinPages(first, count, false);
        longTermPins += longTerm && taken.count > 0 ? 1 : 0;
        return taken;
    }

    private Taken pinPages(long first, long count, boolean quickly) {
        boolean whole = isUnit(count);
        if (whole) {
            Obstacle obstacle = tryPinWhole();
            return new Taken(obstacle == null ? count : 0, true, obstacle);
        }
        BitSet broken = poisoned;
        for (long page = first; page < first + count; page++) {
            PinWords words = quickly ? chunks.getAcquire((int) (page >>> CHUNK_SHIFT)) : chunk(page);
            Obstacle obstacle = words == null
                    ? Obstacle.BLOCKED
                    : broken != null && broken.get((int) page)
                            ? Obstacle.POISONED
                            : words.tryPin((int) page & (CHUNK - 1));
            if (obstacle != null) {
                return new Taken(page - first, false, obstacle);
            }
        }
        return new Taken(count, false, null);
    }

    private @Nullable Obstacle tryPinWhole() {
        while (true) {
            long seen = (long) WHOLE_PINS.getVolatile(this);
            if (seen < 0) {
                return Obstacle.BLOCKED;
            }
            if (seen > COUNT - pages) {
                return Obstacle.OVERFLOW;
            }
            if (WHOLE_PINS.compareAndSet(this, seen, seen + pages)) { // pairs with block and unblock
                return null;
            }
        }
    }

    /** The words of a page; made if there are none. The monitor is held. */
    private PinWords chunk(long page) {
        int number = (int) (page >>> CHUNK_SHIFT);
        PinWords words = chunks.getPlain(number); // only written under the monitor
        if (words == null) {
            int length = (int) Math.min(CHUNK, pages - ((long) number << CHUNK_SHIFT));
            words = new PinWords(length, blockers > 0);
            chunks.setRelease(number, words); // pairs with getAcquire in pinPages
        }
        return words;
    }

    /**
     * Takes pins away.
     *
     * @param first as pinned
     * @param count pages, as taken
     * @param whole as taken
     * @return whether the range is blocked: somebody may be waiting for it to be {@linkplain #isQuiet quiet}
     */
    public boolean unpin(long first, long count, boolean whole) {
        if (whole) {
            return count > 0 && (long) WHOLE_PINS.getAndAdd(this, -count) < 0; // pairs with isQuiet
        }
        boolean blocked = false;
        for (long page = first; page < first + count; page++) {
            blocked |= words(page).unpin((int) page & (CHUNK - 1));
        }
        return blocked;
    }

    private PinWords words(long page) {
        PinWords words = chunks.getAcquire((int) (page >>> CHUNK_SHIFT)); // pairs with setRelease in chunk
        if (words == null) {
            throw new IllegalStateException("page " + (firstPage + page) + " was never pinned or held");
        }
        return words;
    }

    /** One pin for an indefinite time is over. */
    public synchronized void endLongTerm() {
        longTermPins--;
    }

    /**
     * Pins for an indefinite time.
     *
     * @return how many
     */
    public synchronized int longTermPins() {
        return longTermPins;
    }

    // ---- holds ------------------------------------------------------------------------------------------------------

    /**
     * Holds pages: all or none.
     *
     * @param first the first page, counted from the range's
     * @param count how many, within the range
     * @return what was taken: all, or none with the obstacle
     */
    public synchronized Taken hold(long first, long count) {
        if (isUnit(count)) {
            WHOLE_HOLDS.getAndAdd(this, count); // pairs with nothing: a hold protects no data
            return new Taken(count, true, null);
        }
        for (long page = first; page < first + count; page++) {
            if (!chunk(page).tryHold((int) page & (CHUNK - 1))) {
                unhold(first, page - first, false);
                return new Taken(0, false, Obstacle.OVERFLOW);
            }
        }
        return new Taken(count, false, null);
    }

    /**
     * Takes holds away.
     *
     * @param first as held
     * @param count pages, as taken
     * @param whole as taken
     * @return whether the range is blocked: somebody may be waiting for it to be {@linkplain #isQuiet quiet}
     */
    public boolean unhold(long first, long count, boolean whole) {
        if (whole) {
            WHOLE_HOLDS.getAndAdd(this, -count); // pairs with nothing
            return false;
        }
        boolean blocked = false;
        for (long page = first; page < first + count; page++) {
            blocked |= words(page).unhold((int) page & (CHUNK - 1));
        }
        return blocked;
    }

    // ---- blocking ---------------------------------------------------------------------------------------------------

    /**
     * Blocks the range if it has no pins.
     *
     * @return whether it is blocked now, to be ended by {@link #unblock}; else nothing was changed
     */
    public synchronized boolean freeze() {
        block();
        if (isQuiet()) {
            return true;
        }
        unblock();
        return false;
    }

    /** Lets nobody add a pin until {@link #unblock}, however many there are. Nests. */
    public synchronized void block() {
        blockers++;
        if (blockers == 1) {
            quietUpTo = 0;
            WHOLE_PINS.getAndBitwiseOr(this, BLOCKED); // pairs with tryPinWhole
            forEachWord(PinWords::block);
        }
    }

    /** Ends one {@link #block}. */
    public synchronized void unblock() {
        blockers--;
        if (blockers == 0) {
            WHOLE_PINS.getAndBitwiseAnd(this, COUNT); // pairs with tryPinWhole
            forEachWord(PinWords::unblock);
        }
    }

    private interface WordAction {
        void on(PinWords words, int page);
    }

    private void forEachWord(WordAction action) {
        for (int number = 0; number < chunks.length(); number++) {
            PinWords words = chunks.getPlain(number); // only written under the monitor
            for (int page = 0; words != null && page < words.length(); page++) {
                action.on(words, page);
            }
        }
    }

    /**
     * Whether a blocked range has no pins. What was found without pins is not looked at again, because pins are not added.
     *
     * @return false also if a page has 1024 holds
     */
    public synchronized boolean isQuiet() {
        if (((long) WHOLE_PINS.getVolatile(this) & COUNT) > 0) { // pairs with unpin
            return false;
        }
        quietUpTo = firstMaybePinned(quietUpTo, pages);
        return quietUpTo == pages;
    }

    private long firstMaybePinned(long from, long to) {
        long page = from;
        while (page < to) {
            PinWords words = chunks.getAcquire((int) (page >>> CHUNK_SHIFT)); // pairs with setRelease in chunk
            if (words == null) {
                page = (page | (CHUNK - 1)) + 1;
            } else if (words.isMaybePinned((int) page & (CHUNK - 1))) {
                return page;
            } else {
                page++;
            }
        }
        return to;
    }

    /**
     * Whether a page of a part may be pinned.
     *
     * @param first the first page, counted from the range's
     * @param count how many, within the range
     * @return false: none is; true: one is, or has 1024 holds or more that are not of the whole range
     */
    public boolean isMaybePinned(long first, long count) {
        return ((long) WHOLE_PINS.getVolatile(this) & COUNT) > 0 // pairs with unpin
                || firstMaybePinned(first, first + count) < first + count;
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    /** The range is to be freed when its last pin is gone; stays blocked. Once. */
    public synchronized void doom() {
        block();
        doomed = true;
    }

    /**
     * Whether it is to be freed when its last pin is gone.
     *
     * @return true from {@link #doom} on
     */
    public boolean isDoomed() {
        return doomed;
    }

    /**
     * Whether a doomed range has no pins, and the caller is the one who is to free it.
     *
     * @return true for one caller, until {@link #putBack}
     */
    public synchronized boolean takeDoomed() {
        if (doomed && !taken && isQuiet()) {
            taken = true;
            return true;
        }
        return false;
    }

    /** Freeing failed: somebody else may try. */
    public synchronized void putBack() {
        taken = false;
    }

    /** The range was freed. It must be blocked, and stays so. */
    public void die() {
        dead = true;
    }

    /**
     * Whether the range was freed.
     *
     * @return true once it was
     */
    public boolean isDead() {
        return dead;
    }

    // ---- what kind of pages -----------------------------------------------------------------------------------------

    /**
     * Says why the range is not to be pinned for an indefinite time.
     *
     * @param obstacle null if it may be
     * @return false if it is pinned so already; nothing was changed
     */
    public synchronized boolean forbidLongTerm(@Nullable Obstacle obstacle) {
        if (obstacle != null && longTermPins > 0) {
            return false;
        }
        longTermObstacle = obstacle;
        return true;
    }

    /**
     * Says that a page's memory is broken: nobody pins it any more.
     *
     * @param page counted from the range's first, less than 2^31
     */
    public synchronized void poison(int page) {
        BitSet more = poisoned == null ? new BitSet() : (BitSet) poisoned.clone();
        more.set(page);
        poisoned = more;
    }

    /** Checks the invariants of counts that nobody changes meanwhile, for tests. */
    synchronized boolean isIdle() {
        boolean[] idle = {wholePins == (blockers > 0 ? BLOCKED : 0) && wholeHolds == 0 && longTermPins == 0};
        forEachWord((words, page) -> idle[0] &= words.count(page) == 0);
        return idle[0];
    }
}
