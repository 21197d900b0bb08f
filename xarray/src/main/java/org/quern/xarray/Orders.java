package org.quern.xarray;

import org.quern.kapi.Operation;
import org.quern.xarray.entry.Geometry;

/** Orders of entries: an entry of order n covers an aligned block of 2^n indices, 0..63. */
@Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
public final class Orders {
    /** The highest order: half of all indices. */
    public static final int MAX = Geometry.MAX_ORDER;

    private Orders() {}

    /**
     * The lowest order that an entry can be split to with at most one new node.
     *
     * @param order 0..63
     * @return the highest multiple of six below the order, or one less than the order if it is such a multiple itself; 0 for 0
     * @throws IllegalArgumentException if the order is out of range
     */
    public static int minSplitOrder(int order) {
        require("order", order);
        int level = Geometry.shiftOf(order);
        return order == level ? Math.max(0, order - 1) : level;
    }

    /**
     * First index of the block of an order around an index.
     *
     * @param index any index
     * @param order 0..63
     * @return the index rounded down
     * @throws IllegalArgumentException if the order is out of range
     */
    public static long base(long index, int order) {
        return Geometry.blockBase(index, require("order", order));
    }

    /**
     * Last index of the block of an order around an index.
     *
     * @param index any index
     * @param order 0..63
     * @return the last index, inclusive
     * @throws IllegalArgumentException if the order is out of range
     */
    public static long last(long index, int order) {
        return Geometry.blockLast(index, require("order", order));
    }

    static int require(String what, int order) {
        if (order < 0 || order > MAX) {
            throw new IllegalArgumentException(what + "=" + order + ": must be 0.." + MAX);
        }
        return order;
    }
}
