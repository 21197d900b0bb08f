package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Changes the extents of entries: splits them, and sets or clears exactly the indices of a range. Called with the lock.
 *
 * <p>A range is cut into the fewest aligned blocks of powers of two. What stands across its ends is split there first, content and marks unchanged; then each
 * block is stored or emptied. All nodes are reserved before anything changes, counted exactly: they lie on the ways to the two ends.
 *
 * <pre>
 *   entry      [............... order 4 ................]
 *   fill 5..8                 [5][6 7][8]
 *   result     [0 .. 3] [4]   [5][6 7][8]   [9][10 11][12 .. 15]
 * </pre>
 *
 * Splitting changes no content: readers see the same before, during and after.
 */
public final class Ranges {
    /** Above every node: nothing is needed on this way. */
    private static final int NO_NODES = Geometry.MAX_SHIFT + Geometry.DIGIT_BITS;

    private final Tree tree;
    private final Writer writer;
    private final Division division;
    private final @Nullable PackWriter packs;
    private int preparations;

    Ranges(Tree tree, Writer writer, Division division, @Nullable PackWriter packs) {
        this.packs = packs;
        this.tree = tree;
        this.writer = writer;
        this.division = division;
    }

    /**
     * Splits the entry around an index into equal pieces.
     *
     * @param place from {@link Writer#locate}, with an entry
     * @param index the index
     * @param order of the pieces, below the entry's
     * @return false if there is no room for nodes; nothing has changed then
     */
    public boolean split(long place, long index, int order) {
        return reserved(division.divide(place, index, order));
    }

    /**
     * Halves the entry around an index, and the half around it again, until that is of the wanted order.
     *
     * @param place from {@link Writer#locate}, with an entry
     * @param index the index
     * @param order of the last piece, below the entry's
     * @return false if there is no room for nodes; nothing has changed then
     */
    public boolean splitTo(long place, long index, int order) {
        return reserved(division.isolate(place, index, order));
    }

    /**
     * Sets exactly the indices of a range: as few entries as possible, each with the marks of all that it replaces.
     *
     * @param first first index
     * @param last last index, inclusive
     * @param word the entries
     * @param content their object if the tree has a mirror
     * @return false if there is no room for nodes; nothing has changed then
     * @throws IllegalStateException if the array is closed
     */
    public boolean fill(long first, long last, long word, @Nullable Object content) {
        tree.requireOpen(tree.headPlain());
        int firstShift = Geometry.shiftOf(Geometry.largestBlock(first, last));
        int top = firstShift;
        int order = 0;
        long next = first;
        long end;
        do {
            order = Geometry.largestBlock(next, last);
            end = Geometry.blockLast(next, order);
            top = Math.max(top, Geometry.shiftOf(order));
            next = end + 1;
        } while (end != last);
        top = Math.max(top, Geometry.rootShift(last));
        try {
            plainFrom();
            if ((packs != null && !(packs.expandTo(first, firstShift) && packs.expandTo(last, Geometry.shiftOf(order))))
                    || !reserve(missing(first, firstShift, last, Geometry.shiftOf(order), top), first, last)) {
                return false;
            }
            cutAround(first, last);
            next = first;
            do {
                order = Geometry.largestBlock(next, last);
                end = Geometry.blockLast(next, order);
                mustFit(writer.store(next, order, word, content));
                next = end + 1;
            } while (end != last);
            return true;
        } finally {
            plainUntil();
            writer.lowerRoot();
            giveBack();
        }
    }

    /** In a sparse array: from here on new entries get nodes, which were reserved. */
    private void plainFrom() {
        if (packs != null) {
            packs.suspend();
        }
    }

    private void plainUntil() {
        if (packs != null) {
            packs.resume();
        }
    }

    /**
     * Removes exactly the indices of a range.
     *
     * @param first first index
     * @param last last index, inclusive
     * @return false if an entry stands across an end and there is no room for the nodes to split it; nothing has changed then
     * @throws IllegalStateException if the array is closed
     */
    public boolean clear(long first, long last) {
        long head = tree.headPlain();
        tree.requireOpen(head);
        int firstShift = straddles(first) ? Geometry.shiftOf(Long.numberOfTrailingZeros(first)) : NO_NODES;
        int lastShift = last != -1L && straddles(last + 1)
                ? Geometry.shiftOf(Long.numberOfTrailingZeros(last + 1))
                : NO_NODES;
        try {
            if (firstShift != NO_NODES || lastShift != NO_NODES) {
                if (!reserve(missing(first, firstShift, last, lastShift, Entry.rootShift(head)), first, last)) {
                    return false;
                }
                cutAround(first, last);
            }
        } finally {
            giveBack();
        }
        long next = first;
        long end;
        do {
            int order = Geometry.largestBlock(next, last);
            end = Geometry.blockLast(next, order);
            writer.eraseBlock(next, order);
            next = end + 1;
        } while (end != last);
        writer.lowerRoot();
        return true;
    }

    /**
     * Reserves the nodes that single entries at all indices of a range may need, until {@link #unprepare}.
     *
     * @param first first index
     * @param last last index, inclusive
     * @return false if there is no room; nothing has changed then
     */
    public boolean prepare(long first, long last) {
        tree.requireOpen(tree.headPlain());
        if (packs != null && !packs.expandAll(first, last)) {
            return false;
        }
        long nodes = missing(first, 0, last, 0, Geometry.rootShift(last));
        for (int shift = 0; shift < Geometry.MAX_SHIFT; shift += Geometry.DIGIT_BITS) {
            long between = (last >>> shift >>> Geometry.DIGIT_BITS) - (first >>> shift >>> Geometry.DIGIT_BITS) - 1;
            nodes += Math.max(0, between); // those that are there already are counted too: cheap, and never too few
        }
        boolean reserved = nodes == 0 || (nodes <= Integer.MAX_VALUE && tree.reserve(nodes, (int) nodes));
        preparations += reserved ? 1 : 0;
        if (reserved) {
            plainFrom();
        }
        return reserved;
    }

    /** Ends a {@link #prepare}: with the last one, what it reserved and nobody needed goes back. */
    public void unprepare() {
        plainUntil();
        preparations--;
        giveBack();
    }

    private void giveBack() {
        if (preparations == 0) {
            tree.nodes().giveBackSpares();
            Mirror mirror = tree.mirror();
            if (mirror != null) {
                mirror.trim();
            }
        }
    }

    private boolean reserved(boolean done) {
        writer.lowerRoot();
        giveBack();
        return done;
    }

    private boolean reserve(long nodes, long first, long last) {
        if (nodes > 0 && !tree.reserve(nodes, (int) nodes)) {
            return false;
        }
        mirrorWay(first);
        mirrorWay(last);
        return true;
    }

    /** Gives all nodes on the way to an index a mirror: any of them may come to hold an entry. */
    private void mirrorWay(long index) {
        Mirror mirror = tree.mirror();
        long root = tree.headPlain();
        if (mirror != null && Entry.isRoot(root)) {
            int lowest = Entry.rootShift(root);
            for (int shift = lowest; shift >= 0; shift -= Geometry.DIGIT_BITS) {
                long place = Descent.place(tree.basePlain(), tree.linkMaskPlain(), root, index, shift);
                if (place != Place.NOWHERE) {
                    mirror.cover(Place.node(place));
                }
            }
        }
    }

    private void cutAround(long first, long last) {
        cutBefore(first);
        if (last != -1L) {
            cutBefore(last + 1);
        }
    }

    private void cutBefore(long index) {
        if (straddles(index)) {
            mustFit(division.isolate(writer.locate(index), index, Long.numberOfTrailingZeros(index)));
        }
    }

    /** Whether an entry goes on from the index before to this one. */
    private boolean straddles(long index) {
        long place = writer.locate(index);
        long node = Place.node(place);
        long word = writer.word(place, index);
        if (node == 0 || word == Entry.ABSENT) {
            return false;
        }
        int slot = Place.slot(place, index);
        long siblings = NodeAccess.bitmapPlain(tree.basePlain() + node, NodeLayout.SIBLINGS);
        return (siblings >>> slot & 1) != 0 || (index & ~(-1L << Place.shift(place))) != 0;
    }

    private static void mustFit(boolean done) {
        if (!done) {
            throw new AssertionError("fewer nodes were reserved than needed");
        }
    }

    /** How many nodes are missing on the ways to two indices, down to some shifts, in a tree of at least some height. */
    private long missing(long first, int firstShift, long last, int lastShift, int top) {
        long head = tree.headPlain();
        boolean rooted = Entry.isRoot(head);
        int rootShift = rooted ? Entry.rootShift(head) : -Geometry.DIGIT_BITS;
        boolean higher = top > rootShift;
        boolean swallowed = head == Entry.ABSENT || (higher && first == 0);
        int firstFloor = swallowed ? NO_NODES : floor(head, first);
        int lastFloor = swallowed ? NO_NODES : floor(head, last);
        long missing = 0;
        for (int shift = Math.max(top, rootShift); shift >= 0; shift -= Geometry.DIGIT_BITS) {
            boolean newRoot = !swallowed && shift > rootShift;
            boolean onFirst = shift >= firstShift && (shift > rootShift || shift < firstFloor)
                    && !(newRoot && Geometry.base(first, shift) == 0);
            boolean onLast = shift >= lastShift && (shift > rootShift || shift < lastFloor)
                    && !(newRoot && Geometry.base(last, shift) == 0)
                    && !(shift >= firstShift && Geometry.base(first, shift) == Geometry.base(last, shift));
            missing += (newRoot ? 1 : 0) + (onFirst ? 1 : 0) + (onLast ? 1 : 0);
        }
        return missing;
    }

    /** The shift of the lowest node there is on the way to an index. */
    private int floor(long head, long index) {
        if (!Entry.isRoot(head)) {
            return NO_NODES;
        }
        long place = Descent.place(tree.basePlain(), tree.linkMaskPlain(), head, index, 0);
        return place == Place.NOWHERE ? NO_NODES : Place.shift(place);
    }
}
