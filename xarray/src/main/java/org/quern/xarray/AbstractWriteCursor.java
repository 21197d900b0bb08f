package org.quern.xarray;

import java.util.Objects;

import org.quern.kapi.Operation;
import org.quern.xarray.entry.Geometry;

/**
 * A cursor that may change the array, inside a {@link WriteScope}: what both kinds have in common. It has an order: {@code store} and {@link #erase} act on the aligned block
 * of 2^order indices that begins at {@link #index}.
 *
 * <p>Usable while its scope is open, by the thread of the scope.
 */
@Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
        NullPointerException.class, UnsupportedOperationException.class, IllegalArgumentException.class,
        NodeAllocationException.class, IllegalStateException.class})
public abstract sealed class AbstractWriteCursor extends AbstractCursor permits LongWriteCursor, WriteCursor {
    private final WriteScope scope;
    private int order;
    private boolean conflicting;

    AbstractWriteCursor(AbstractXArray array, WriteScope scope, long index) {
        super(array, index);
        if (Objects.requireNonNull(scope, "scope").array() != array) {
            throw new IllegalArgumentException("scope: of another array than " + array.tree().nodes().name());
        }
        this.scope = scope;
        check();
    }

    @Override
    public void moveTo(long newIndex) {
        conflicting = false;
        super.moveTo(Geometry.blockBase(newIndex, order));
    }

    /**
     * Goes to the block of 2^order indices around an index without looking at it; the cursor keeps the order.
     *
     * @param newIndex any index of the block
     * @param newOrder 0..63
     * @throws IllegalArgumentException if the order is out of range
     * @throws IllegalStateException if the cursor or its scope is closed or of another thread
     */
    public void moveTo(long newIndex, int newOrder) {
        check();
        order = Orders.require("order", newOrder);
        moveTo(newIndex);
    }

    /**
     * The order of the block that it acts on.
     *
     * @return 0..63
     */
    public final int blockOrder() {
        return order;
    }

    /**
     * Removes every entry that overlaps the block, a larger one as a whole; the cursor stays. Allocates no nodes.
     *
     * @return whether there was one
     * @throws IllegalStateException if the cursor or its scope is closed or of another thread, or the array is closed
     */
    public final boolean erase() {
        check();
        boolean hit = array.eraseRange(index(), order);
        changed();
        return hit;
    }

    /**
     * Finds the next entry, reserved or not, that overlaps the block, ascending, each once: the first call gives the first one. The cursor does not move;
     * {@code value}, {@link #order}, {@link #base}, {@link #last} and {@link #isReserved} tell of the entry. When there are no more, the next call begins anew.
     *
     * @return whether there is one
     * @throws IllegalStateException if the cursor or its scope is closed or of another thread, or the array is closed
     */
    public final boolean nextConflict() {
        check();
        long end = Geometry.blockLast(index(), order);
        long from = Geometry.blockBase(index(), order);
        if (conflicting) {
            if (Long.compareUnsigned(foundLast(), end) >= 0) {
                moveTo(index());
                return false;
            }
            from = foundLast() + 1;
        }
        conflicting = findWithin(from, end);
        return conflicting;
    }

    /**
     * Splits the entry at the index into equal ones; as {@link AbstractXArray#split(long, int)}.
     *
     * @param newOrder order of the pieces, 0..63
     * @return false if there is no entry of a higher order
     * @throws IllegalArgumentException if the order is out of range
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws IllegalStateException if the cursor or its scope is closed or of another thread, or the array is closed
     */
    public final boolean split(int newOrder) {
        check();
        boolean split = array.split(index(), newOrder);
        changed();
        return split;
    }

    /**
     * Halves the entry at the index, and the half around it again; as {@link AbstractXArray#splitTo}.
     *
     * @param targetOrder order of the piece at the index, 0..63
     * @return false if there is no entry of a higher order
     * @throws IllegalArgumentException if the order is out of range
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws IllegalStateException if the cursor or its scope is closed or of another thread, or the array is closed
     */
    public final boolean splitTo(int targetOrder) {
        check();
        boolean split = array.splitTo(index(), targetOrder);
        changed();
        return split;
    }

    /**
     * Sets a mark of the entry at the index, looked at or not.
     *
     * @param mark the mark
     * @return true if it did not have it; false if it had it or there is no entry
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the cursor or its scope is closed or of another thread, or the array is closed
     */
    public final boolean mark(Mark mark) {
        check();
        return array.mark(index(), mark);
    }

    /**
     * Clears a mark of the entry at the index, looked at or not.
     *
     * @param mark the mark
     * @return true if it had it
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the cursor or its scope is closed or of another thread, or the array is closed
     */
    public final boolean unmark(Mark mark) {
        check();
        return array.unmark(index(), mark);
    }

    /**
     * Clears all marks of the entry at the index, looked at or not.
     *
     * @throws IllegalStateException if the cursor or its scope is closed or of another thread, or the array is closed
     */
    public final void resetMarks() {
        check();
        for (Mark mark : Mark.values()) {
            if (mark.number() >= tree.firstMark()) {
                array.unmark(index(), mark);
            }
        }
    }

    /**
     * Sets memory aside, so that single entries can be stored at all indices of a range, once each, without failing for want of it. Nothing can be seen of it. Other
     * stores in the scope would use it up. What is left goes back when it is closed, at the latest with the scope.
     *
     * @param first first index
     * @param last last index, inclusive
     * @return close it when done
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws IllegalStateException if the cursor or its scope is closed or of another thread, or the array is closed
     */
    public final Prepared prepareRange(long first, long last) {
        check();
        AbstractXArray.requireRange(first, last);
        if (!array.writer().ranges().prepare(first, last)) {
            throw array.noRoom(last);
        }
        return scope.prepared(new Prepared(scope, array.writer().ranges()));
    }

    @Override
    public void pause() {
        super.pause();
        scope.pause();
    }

    @Override
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.BRIEFLY, lock = "writer lock", errors = IllegalStateException.class)
    public void resume() {
        super.resume();
        scope.resume();
    }

    @Override
    final void check() {
        checkOwner();
        scope.requireHeld();
    }
}
