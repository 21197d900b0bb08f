package org.quern.xarray;

import org.quern.kapi.Operation;

/**
 * Is told of each node of an array whose counts changed, for users who keep lists of nodes of their own: such as those that hold only values that may go. Every
 * change tells, clear included; close does not. An operation may tell of the same node several times, and of nodes that it takes away.
 */
@FunctionalInterface
public interface NodeListener {
    /**
     * Takes one change. Runs in the thread that changes the array, under its lock and in the middle of the operation: it must be short, and any change or lock
     * of the array it listens to is refused with IllegalStateException. Reading the array is allowed, and may show half of the operation. What it throws comes out of
     * the operation after that is complete.
     *
     * @param node the node now
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "writer lock")
    void nodeChanged(NodeView node);
}
