package org.quern.xarray.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;

/**
 * Where the leaves of the lowest indices are, without a walk: one number for each 64 indices. For batches; an array gets it with its first one.
 *
 * <pre>
 *   index >>> 6      0     1     2     3    ..   length
 *   leaves          1215   9     0    1224  ..            offset of the leaf >>> 6; 0: walk
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
 * <p>It covers a prefix, as long as at least one in three of its places has a leaf when it grows, so that it takes at most 12 bytes for a node of 576. It never shrinks but to
 * nothing, with {@link #clear}. Where there is no memory to grow it stays as long as it is.
 *
 * <p>Growing replaces the table. Who reads the old one finds numbers that were right when it was replaced, which was after that read of the table began.
 *
 * <p>Changed by the holder of the whole lock. Costs a store where a leaf comes or goes; changes inside leaves do not know of it.
 */
final class LeafMap {
    private static final VarHandle NUMBER = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle TABLE;
    private static final int[] EMPTY = {};
    private static final int UNIT_SHIFT = 6;
    private static final int LEAST = 64;

    static {
        try {
            TABLE = MethodHandles.lookup().findVarHandle(LeafMap.class, "table", int[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Tree tree;

    @SuppressWarnings("unused") // accessed through TABLE
    private volatile int[] table = EMPTY;

    LeafMap(Tree tree) {
        this.tree = tree;
    }

    /**
     * The addresses of the slots of some indices, if the leaves of all are known. Read without a lock, between two looks at the sequence.
     *
     * @return false if a walk has to decide
     */
    boolean slots(long[] indices, int from, int count, long[] slots) {
        int[] numbers = tableAcquire();
        long base = tree.basePlain(); // after the table: the first that is not empty was published after the base
        for (int i = 0; i < count; i++) {
            long index = indices[from + i];
            long place = index >>> Geometry.DIGIT_BITS;
            int number = place < numbers.length ? (int) NUMBER.getAcquire(numbers, (int) place) : 0; // pairs with setRelease
            if (number == 0) {
                return false;
            }
            slots[i] = NodeAccess.slotAddress(base + offset(number), Geometry.leafSlot(index));
        }
        return true;
    }

    /** The leaves of some indices, likewise. */
    boolean leaves(long[] indices, int from, int count, long[] leaves) {
        int[] numbers = tableAcquire();
        for (int i = 0; i < count; i++) {
            long place = indices[from + i] >>> Geometry.DIGIT_BITS;
            int number = place < numbers.length ? (int) NUMBER.getAcquire(numbers, (int) place) : 0; // pairs with setRelease
            if (number == 0) {
                return false;
            }
            leaves[i] = offset(number);
        }
        return true;
    }

    /** The leaf that is entered for an index; 0 if none. */
    long leaf(long index) {
        int[] numbers = tableAcquire();
        long place = index >>> Geometry.DIGIT_BITS;
        return place < numbers.length ? offset((int) NUMBER.getAcquire(numbers, (int) place)) : 0; // pairs with setRelease
    }

    /** Indices that it covers are below this one. */
    long end() {
        return (long) tableAcquire().length << Geometry.DIGIT_BITS;
    }

    /** The tree has a leaf for an index, and it can be reached. */
    void added(long index) {
        long place = index >>> Geometry.DIGIT_BITS;
        if (place < table.length || grow(place)) {
            enter(table, (int) place);
        }
    }

    /** The leaf of an index is about to be unlinked. */
    void goes(long index) {
        long place = index >>> Geometry.DIGIT_BITS;
        if (place < table.length) {
            setRelease(table, (int) place, 0);
        }
    }

    /** All leaves of a range are about to be unlinked. */
    void goBetween(long first, long last) {
        int[] numbers = table;
        long end = Math.min(last >>> Geometry.DIGIT_BITS, numbers.length - 1L);
        for (long place = first >>> Geometry.DIGIT_BITS; place <= end; place++) {
            setRelease(numbers, (int) place, 0);
        }
    }

    /** All leaves are about to be unlinked. */
    void clear() {
        TABLE.setRelease(this, EMPTY); // pairs with tableAcquire
    }

    /** Covers what there is. */
    void fill() {
        if (Entry.isRoot(tree.headPlain())) {
            long last = Geometry.slotLast(0, Entry.rootShift(tree.headPlain()), Geometry.LAST_SLOT);
            cover(Math.min((last >>> Geometry.DIGIT_BITS) + 1, most()));
        }
    }

    private long most() {
        return 2 * tree.nodes().inUse() + LEAST;
    }

    private boolean grow(long place) {
        return place < most() && cover(Math.max(place + 1, Math.max(LEAST, table.length + (table.length >> 1))));
    }

    private boolean cover(long length) {
        int[] old = table;
        try {
            int[] larger = Arrays.copyOf(old, (int) Math.min(length, Integer.MAX_VALUE - LEAST));
            for (int place = old.length; place < larger.length; place++) {
                enter(larger, place);
            }
            TABLE.setRelease(this, larger); // pairs with tableAcquire
            return true;
        } catch (OutOfMemoryError e) {
            return false; // without it batches walk
        }
    }

    private void enter(int[] numbers, int place) {
        long index = (long) place << Geometry.DIGIT_BITS;
        long leaf = Descent.leaf(tree.basePlain(), tree.linkMaskPlain(), tree.headPlain(), index);
        if (leaf >>> UNIT_SHIFT <= Integer.MAX_VALUE) {
            setRelease(numbers, place, (int) (leaf >>> UNIT_SHIFT));
        }
    }

    private static long offset(int number) {
        return (long) number << UNIT_SHIFT;
    }

    private int[] tableAcquire() {
        return (int[]) TABLE.getAcquire(this);
    }

    private static void setRelease(int[] numbers, int place, int number) {
        NUMBER.setRelease(numbers, place, number); // pairs with the acquires above
    }
}
