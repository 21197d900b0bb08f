package org.quern.xarray.tree;

import java.lang.ref.Reference;
import java.util.Arrays;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.node.NodeAccess;

/**
 * Loads of adjacent indices: the slots of a leaf are copied out as they lie there, several with one instruction, and validated together.
 *
 * <pre>
 *   indices      first ..            .. first + count - 1
 *   tree              [leaf    ] nothing  [entry of 64 ][leaf  ]
 *   values       ....v v A v v   A A A A   e e e e e e   v v A v       A = absent
 * </pre>
 *
 * Each index reads what a load of its own would have read at some time during the call: every slot of an entry that spans indices holds its word. Nothing is called
 * between the slots of a leaf, so that nobody can tell whether each was read at its turn; that is why this is fast, and a scan that delivers to a consumer cannot be.
 *
 * <p>If the sequence moved, what one leaf gave is read again, from the root. Stateless.
 */
public final class RangeLoad {
    private static final int TWIG_SHIFT = Geometry.DIGIT_BITS;
    private static final long NO_VALUE = -1;

    private RangeLoad() {}

    /**
     * Loads the values of adjacent indices.
     *
     * @param tree a tree of values
     * @param first the first index
     * @param count how many, 0 or more; the last index of all is not exceeded
     * @param values receives for each index the value, or -1 if it has none
     * @param offset where to begin there
     * @throws IllegalStateException if the array is closed
     */
    public static void values(Tree tree, long first, int count, long[] values, int offset) {
        try {
            int done = 0;
            while (done < count) {
                done += some(tree, first + done, count - done, values, offset + done);
            }
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    /** Loads as many as one walk finds; 0 if something moved. */
    private static int some(Tree tree, long first, int count, long[] values, int offset) {
        long seen = tree.sequence().readAcquire();
        long root = tree.headAcquire();
        if (!Entry.isRoot(root)) {
            tree.requireOpen(root);
            int lone = first == 0 ? 1 : count;
            return fill(tree, seen, first, Tree.loneWord(root, first), lone, values, offset);
        }
        long place = Descent.place(tree.basePlain(), tree.linkMaskPlain(), root, first, TWIG_SHIFT);
        long node = tree.basePlain() + Place.node(place);
        int shift = Place.shift(place);
        if (place == Place.NOWHERE) {
            return Geometry.covers(Entry.rootShift(root), first)
                    ? leaf(tree, seen, tree.basePlain() + Entry.rootOffset(root), first, count, values, offset)
                    : fill(tree, seen, first, Entry.ABSENT, count, values, offset);
        }
        if (shift == TWIG_SHIFT) {
            return leaves(tree, seen, node, first, count, values, offset);
        }
        long word = NodeAccess.slotAcquire(node, Geometry.slot(first, shift));
        return fill(tree, seen, first, word, upTo(first, shift, count), values, offset);
    }

    /** What lies under one lowest interior node, from an index on. */
    private static int leaves(Tree tree, long seen, long twig, long first, int count, long[] values, int offset) {
        long pool = tree.basePlain();
        long linkMask = tree.linkMaskPlain();
        int done = 0;
        for (int slot = Geometry.slot(first, TWIG_SHIFT); slot < Geometry.SLOTS && done < count; slot++) {
            long next = first + done;
            long word = NodeAccess.slotAcquire(twig, slot);
            int got = Entry.isLink(word, linkMask)
                    ? leaf(tree, seen, pool + Entry.toOffset(word), next, count - done, values, offset + done)
                    : fill(tree, seen, next, word, upTo(next, TWIG_SHIFT, count - done), values, offset + done);
            if (got == 0) {
                return done;
            }
            done += got;
        }
        return done;
    }

    private static int leaf(Tree tree, long seen, long leaf, long first, int count, long[] values, int offset) {
        int slot = Geometry.leafSlot(first);
        int wanted = Math.min(count, Geometry.SLOTS - slot);
        NodeAccess.valuesPlain(leaf, slot, wanted, values, offset);
        return tree.sequence().unchangedSince(seen) ? wanted : 0;
    }

    /** One word says the same about several indices: nothing, one entry, or that a packed node must be asked. */
    private static int fill(Tree tree, long seen, long first, long word, int count, long[] values, int offset) {
        if (!tree.sequence().unchangedSince(seen) || Entry.isLink(word, tree.linkMaskPlain())) {
            return 0;
        }
        if (Packed.isPacked(word)) {
            for (int i = 0; i < count; i++) {
                long packed = tree.word(first + i);
                tree.requireOpen(packed);
                values[offset + i] = toValue(packed);
            }
        } else {
            Arrays.fill(values, offset, offset + count, toValue(word));
        }
        return count;
    }

    private static long toValue(long word) {
        return Entry.isValue(word) ? Entry.toValue(word) : NO_VALUE;
    }

    /** How many of the wanted indices lie under the slot of the first, in a node of a shift. */
    private static int upTo(long first, int shift, int count) {
        long further = Geometry.slotLast(first, shift, 0) - first;
        return (int) Math.min(further, count - 1) + 1;
    }
}
