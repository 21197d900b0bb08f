package org.quern.vmap.fault;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.reserve.Reservation;

/**
 * The segment through which a lazy area is accessed, and its replacement: before a page is discarded, the scope of every
 * segment that may show it is closed, and a new one begins for those who come later. So a segment kept too long throws; it
 * never shows a page that was emptied.
 *
 * <p>
 * The order that makes this safe:
 *
 * <pre>
 *   access                                    discard
 *   1 view = current          (acquire)       1 state = DISCARDING    (release)
 *   2 state == PRESENT ?      (acquire)       2 current = new view    (release)
 *   3 use a slice of view                     3 close the old scope   (handshake)
 *                                             4 empty the page
 * </pre>
 *
 * Who reads the new view sees DISCARDING or later, and does not take the page for present. Who reads the old view has a
 * segment that is dead before the page is emptied, or is inside an access that the handshake waits for. Reading the state
 * first and then the view would let an access through that finds the page empty.
 *
 * <p>
 * A scope that a system call of another thread is using cannot be closed. It is kept, and no page is emptied until it is
 * closed too. Changes are made by one thread at a time, the holder of the area's discard lock.
 */
public final class AreaViews {
    private final Function<Arena, MemorySegment> maker;
    private final List<Arena> alive = new ArrayList<>(); // guarded by the discard lock
    private volatile MemorySegment current; // read before states; written after DISCARDING
    private final FillStates states;
    private final long stateBase; // of states; a copy, so that the check in front of each access has one load fewer

    /**
     * A first view.
     *
     * @param states of the area's pages
     * @param maker makes a segment of the whole area in a scope
     */
    public AreaViews(FillStates states, Function<Arena, MemorySegment> maker) {
        this.states = states;
        this.stateBase = states.base();
        this.maker = maker;
        this.current = make();
    }

    private MemorySegment make() {
        Arena scope = Arena.ofShared();
        MemorySegment segment = maker.apply(scope);
        alive.add(scope);
        return segment;
    }

    /**
     * The segment to use now. Read it before the states of the pages it is to show.
     *
     * @return the whole area
     */
    public MemorySegment currentVolatile() {
        return current; // volatile: pairs with the write in tryReplace
    }

    /**
     * The check in front of each access: the segment to use now, if a part lies within one page, and that is present. The end
     * of the area is left to the segment's own check, which is made anyway.
     *
     * @param offset of the first byte, any number
     * @param length bytes, any number
     * @return the whole area; null if the part is empty, begins outside the area, is in more than one page, or not
     *         present
     */
    public @Nullable MemorySegment presentInOnePage(long offset, long length) {
        MemorySegment view = current; // volatile: pairs with the write in tryReplace; before the state: see above
        if (length <= 0 || length > Reservation.PAGE_BYTES - (offset & (Reservation.PAGE_BYTES - 1))
                || Long.compareUnsigned(offset, view.byteSize()) >= 0) {
            return null;
        }
        try {
            // Safe because the view has as many pages as the states, which are mapped while reachable (fence below).
            return FillStates.isPresentAcquire(stateBase, offset >>> Reservation.PAGE_SHIFT) ? view : null;
        } finally {
            Reference.reachabilityFence(states);
        }
    }

    /** Ends every view and begins a new one; false, and some may have ended, if one is in use by a system call. */
    boolean tryReplace() {
        List<Arena> old = List.copyOf(alive);
        current = make(); // volatile: pairs with currentVolatile; the pages concerned are DISCARDING already
        return tryClose(old);
    }

    /**
     * Ends every view; nobody makes another.
     *
     * @return false, and some may have ended, if one is in use by a system call
     */
    public boolean tryEnd() {
        return tryClose(List.copyOf(alive));
    }

    private boolean tryClose(List<Arena> scopes) {
        boolean all = true;
        for (Arena scope : scopes) {
            try {
                scope.close(); // a handshake: when it returns, no thread is inside an access
                alive.remove(scope);
            } catch (IllegalStateException inUse) { // nobody else closes it, so it is alive and held
                all = false;
            }
        }
        return all;
    }
}
