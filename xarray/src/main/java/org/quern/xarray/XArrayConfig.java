package org.quern.xarray;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.xarray.node.NodeLayout;

/**
 * How to create an array. Immutable, so thread-safe; nothing here blocks. Start with {@link #defaults} and change what differs.
 *
 * @param name what the array is called in messages; not empty
 * @param maxNodeBytes most bytes of off-heap nodes, 576 each, 0..2^44; retired nodes that wait for readers count. More than 2^31 - 2 nodes, 1.1 TiB, are
 *        never had. What is not used costs only address space,
 *        of which up to four times as much is reserved
 * @param allocation whether the array hands out ids, and from where
 * @param listener is told of each node whose counts changed, or null
 * @param budget limits the nodes of several arrays together, or null
 */
@Operation(threads = Operation.Threads.ANY)
public record XArrayConfig(String name, long maxNodeBytes, Allocation allocation, @Nullable NodeListener listener,
        @Nullable MemoryBudget budget) {
    /**
     * 8 GiB of nodes: 900 million dense entries. Reserving address space is free, but a process has only 128 TiB of it, and this leaves room for thousands of
     * arrays.
     */
    public static final long DEFAULT_MAX_NODE_BYTES = (8L << 30) - 2 * NodeLayout.BYTES;

    private static final long LARGEST = 1L << 44;
    private static final XArrayConfig DEFAULTS = new XArrayConfig("xarray", DEFAULT_MAX_NODE_BYTES, Allocation.NONE,
            null, null);

    /**
     * Checks the arguments.
     *
     * @throws IllegalArgumentException if one is out of range
     * @throws NullPointerException if the name or the allocation is null
     */
    public XArrayConfig {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(allocation, "allocation");
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name is empty");
        }
        if (maxNodeBytes < 0 || maxNodeBytes > LARGEST) {
            throw new IllegalArgumentException("maxNodeBytes=" + maxNodeBytes + ": must be 0.." + LARGEST);
        }
    }

    /**
     * The defaults: name "xarray", {@link #DEFAULT_MAX_NODE_BYTES}.
     *
     * @return a configuration
     */
    public static XArrayConfig defaults() {
        return DEFAULTS;
    }

    /**
     * With another name.
     *
     * @param newName not empty
     * @return a copy
     * @throws IllegalArgumentException if the name is empty
     * @throws NullPointerException if the name is null
     */
    @Operation(threads = Operation.Threads.ANY, errors = {IllegalArgumentException.class, NullPointerException.class})
    public XArrayConfig named(String newName) {
        return new XArrayConfig(newName, maxNodeBytes, allocation, listener, budget);
    }

    /**
     * With another limit.
     *
     * @param bytes most bytes of nodes, 0..2^44
     * @return a copy
     * @throws IllegalArgumentException if it is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public XArrayConfig withMaxNodeBytes(long bytes) {
        return new XArrayConfig(name, bytes, allocation, listener, budget);
    }

    /**
     * With ids handed out by the array, or not.
     *
     * @param from where they begin
     * @return a copy
     * @throws NullPointerException if it is null
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public XArrayConfig allocating(Allocation from) {
        return new XArrayConfig(name, maxNodeBytes, from, listener, budget);
    }

    /**
     * With a listener for its nodes.
     *
     * @param newListener is told of each node whose counts changed; null for none
     * @return a copy
     */
    public XArrayConfig listening(@Nullable NodeListener newListener) {
        return new XArrayConfig(name, maxNodeBytes, allocation, newListener, budget);
    }

    /**
     * With a limit that it shares with other arrays.
     *
     * @param newBudget the budget; null for none
     * @return a copy
     */
    public XArrayConfig sharing(@Nullable MemoryBudget newBudget) {
        return new XArrayConfig(name, maxNodeBytes, allocation, listener, newBudget);
    }
}
