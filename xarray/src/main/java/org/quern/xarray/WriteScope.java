package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;

import org.quern.kapi.Operation;
import org.quern.xarray.tree.Tree;

/**
 * The writer lock of an array, held by a thread from {@link AbstractXArray#lock} to {@link #close}: several operations become one step for other writers. Readers
 * are not kept out: they see each operation as it is done. Nothing in between gives the lock up. The same thread may lock again.
 *
 * <p>Confined to the thread that locked. Scopes may be closed in any order; the lock is free when all are.
 */
@Operation(threads = Operation.Threads.OWNER, errors = IllegalStateException.class)
public final class WriteScope implements AutoCloseable {
    private final AbstractXArray array;
    private final Tree tree;
    private boolean closed;
    private boolean paused;
    private final List<Prepared> preparations = new ArrayList<>(0);

    /** The lock has been taken. */
    WriteScope(AbstractXArray array) {
        this.array = array;
        this.tree = array.tree();
    }

    /**
     * Takes a node, as a listener saw it, out of the array: all entries in its range vanish, with their marks, and larger ones that overlap it. Allocates no nodes.
     *
     * @param node the node
     * @return whether there was an entry
     * @throws IllegalStateException if the scope is closed or belongs to another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = IllegalStateException.class)
    public boolean evict(NodeView node) {
        requireHeld();
        int order = node.shift() + 6;
        if (order > Orders.MAX) {
            boolean any = !array.isEmpty();
            array.clear();
            return any;
        }
        return array.eraseRange(node.baseIndex(), order);
    }

    /** Gives the lock back. Idempotent. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (!paused) {
            requireHeld();
            preparations.forEach(Prepared::close);
            closed = true;
            tree.unlock();
        }
        closed = true;
    }

    /** Refuses whatever needs the lock unless this scope has it. */
    void requireHeld() {
        if (closed || paused || !tree.lock().isHeldByCaller()) {
            throw new IllegalStateException("array " + tree.nodes().name() + ": the scope is "
                    + (closed ? "closed" : paused ? "paused" : "of another thread"));
        }
    }

    Prepared prepared(Prepared preparation) {
        preparations.add(preparation);
        return preparation;
    }

    /** Lets other writers in. */
    void pause() {
        requireHeld();
        preparations.forEach(Prepared::close); // others would use it up
        if (tree.lock().extraHolds() > 0) {
            throw new IllegalStateException("array " + tree.nodes().name()
                    + ": a scope inside another cannot pause, it would break the step of the other");
        }
        paused = true;
        tree.unlock();
    }

    void resume() {
        if (paused) {
            tree.enter();
            paused = false;
        }
    }

    AbstractXArray array() {
        return array;
    }
}
