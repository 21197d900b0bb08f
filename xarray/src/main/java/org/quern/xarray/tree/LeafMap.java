package org.quern.xarray.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Where the leaves of the lowest indices are, without a walk: one number for each 64 indices. Loads look here first, and batches.
 *
 * <pre>
 *   index >>> 6      0     1     2     3    ..   length
 *   numbers          135   1     0     136  ..            offset of the leaf / 576; 0: walk
 * </pre>
 *
 * <b>A number is one more link to its leaf.</b> It is there only while the tree has the leaf:
 *
 * <pre>
 *   a leaf comes    link or head, Release --> number, Release
 *   a leaf goes     number 0, Release --> link or head, Release --> sequence --> reuse
 * </pre>
 *
 * So whoever reads a number has found what a walk at that moment would have found, and the sequence protects the use of it as it protects the use of a link. A 0 says
 * nothing: the leaf may be about to be entered, an entry may stand above the leaves, nobody may have entered the leaf. Then a walk decides.
 *
 * <p>It covers a prefix, as long as at least one in three of its places has a leaf when it grows. It never shrinks but to nothing, with {@link #clear}. Where there is no memory to grow it stays as
 * long as it is. A tree whose root is a leaf has none.
 *
 * <p>Numbers take two bytes while no node has a higher one than 65,535, that is 4 million dense entries, then four: 0.03 to 0.09 bytes for an entry of a dense array, at most 12 for a node of 576.
 * Two tables, of which one is empty; the tables themselves are fields of the {@link Tree}, since loads look there first: a load with this object between took a nanosecond more.
 *
 * <p>Growing replaces the table. Who reads the old one finds numbers that were right when it was replaced, which was after that read of the table began.
 *
 * <p>Changed by the holder of the whole lock. Costs a store where a leaf comes or goes; changes inside leaves do not know of it.
 */
final class LeafMap {
    /** Covers nothing. */
    static final char[] NO_NEAR = {};
    /** Covers nothing. */
    static final int[] NO_FAR = {};

    private static final VarHandle NEAR = MethodHandles.arrayElementVarHandle(char[].class);
    private static final VarHandle FAR = MethodHandles.arrayElementVarHandle(int[].class);
    private static final int LEAST = 16;
    private static final int UNIT_BITS = 6;
    private static final int SLACK = 64;

    private final Tree tree;

    LeafMap(Tree tree) {
        this.tree = tree;
    }

    /**
     * The leaf that is entered for an index. Read without a lock, between two looks at the sequence.
     *
     * @param tree the tree
     * @param near from {@link Tree#nearAcquire}
     * @param index any index
     * @return its offset; 0 if a walk has to decide
     */
    static long leaf(Tree tree, char[] near, long index) {
        long place = index >>> Geometry.DIGIT_BITS;
        return place < near.length
                ? offset((char) NEAR.getAcquire(near, (int) place)) // pairs with set
                : farLeaf(tree, place);
    }

    private static long farLeaf(Tree tree, long place) {
        int[] far = tree.farAcquire(); // after the other: see widen
        return place < far.length ? offset((int) FAR.getAcquire(far, (int) place)) : 0; // pairs with set
    }

    /** 576 times as much, as the processor does it in two steps instead of a multiplication. */
    private static long offset(long number) {
        return ((number << 3) + number) << UNIT_BITS;
    }

    /**
     * The addresses of the slots of some indices, if the leaves of all are known; likewise.
     *
     * @return false if a walk has to decide
     */
    boolean slots(long[] indices, int from, int count, long[] slots) {
        char[] near = tree.nearAcquire();
        long base = tree.basePlain(); // after the tables: the first that is not empty was published after the base
        for (int i = 0; i < count; i++) {
            long index = indices[from + i];
            long leaf = leaf(tree, near, index);
            if (leaf == 0) {
                return false;
            }
            slots[i] = NodeAccess.slotAddress(base + leaf, Geometry.leafSlot(index));
        }
        return true;
    }

    /** The leaves of some indices, likewise. */
    boolean leaves(long[] indices, int from, int count, long[] leaves) {
        char[] near = tree.nearAcquire();
        for (int i = 0; i < count; i++) {
            long leaf = leaf(tree, near, indices[from + i]);
            if (leaf == 0) {
                return false;
            }
            leaves[i] = leaf;
        }
        return true;
    }

    /** Places: indices that it covers are below 64 times as many. */
    int length() {
        return Math.max(tree.nearAcquire().length, tree.farAcquire().length);
    }

    /** The tree has a leaf for an index, and it can be reached. */
    void added(long index) {
        long place = index >>> Geometry.DIGIT_BITS;
        if (place < length() || grow(place)) {
            enter((int) place);
        }
    }

    /** All leaves of a range are about to be unlinked. */
    void goBetween(long first, long last) {
        long end = Math.min(last >>> Geometry.DIGIT_BITS, length() - 1L);
        for (long place = first >>> Geometry.DIGIT_BITS; place <= end; place++) {
            set((int) place, 0);
        }
    }

    /** All leaves are about to be unlinked. */
    void clear() {
        tree.setNearRelease(NO_NEAR);
        tree.setFarRelease(NO_FAR);
    }

    private boolean grow(long place) {
        return place > 0 && place < 2 * tree.nodes().inUse() + SLACK
                && cover(Math.max(place + 1, Math.max(LEAST, length() + (length() >> 1))));
    }

    private boolean cover(long wanted) {
        int old = length();
        int length = (int) Math.min(wanted, Integer.MAX_VALUE - SLACK);
        try {
            if (tree.farAcquire().length > 0) {
                tree.setFarRelease(Arrays.copyOf(tree.farAcquire(), length));
            } else {
                tree.setNearRelease(Arrays.copyOf(tree.nearAcquire(), length));
            }
        } catch (OutOfMemoryError e) {
            return false; // without it readers walk
        }
        for (int place = old; place < length() && length() >= length; place++) {
            enter(place);
        }
        return true;
    }

    private void enter(int place) {
        long leaf = Descent.leaf(tree.basePlain(), tree.linkMaskPlain(), tree.headPlain(),
                (long) place << Geometry.DIGIT_BITS);
        long number = leaf / NodeLayout.BYTES;
        if (number <= Character.MAX_VALUE || tree.farAcquire().length > 0 || widen()) {
            set(place, (int) number);
        }
    }

    /** From numbers of two bytes to numbers of four. */
    private boolean widen() {
        char[] near = tree.nearAcquire();
        try {
            int[] far = new int[near.length];
            for (int place = 0; place < near.length; place++) {
                far[place] = near[place];
            }
            tree.setFarRelease(far); // before the other goes: who finds that empty finds this one
            tree.setNearRelease(NO_NEAR);
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /** Where a number does not fit - more than 2^31 nodes would be more than a terabyte - readers walk. */
    private void set(int place, int number) {
        char[] near = tree.nearAcquire();
        if (place < near.length) {
            NEAR.setRelease(near, place, (char) number); // pairs with the acquires in leaf
        } else {
            FAR.setRelease(tree.farAcquire(), place, Math.max(number, 0)); // likewise
        }
    }
}
