package org.quern.xarray.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Changes of single entries that concern nothing but their leaf: most of all that are made. Each takes what lock it needs itself - a gate of {@link LeafLocks} if there are any, and goes on by
 * {@link SharedLeafWriter}; otherwise this lock -, and either does the whole change or refuses it, having done nothing; then the caller takes the whole array and goes by {@link Writer}.
 *
 * <pre>
 *   a value over a value, an object over an object      the slot, or its place in the mirror
 *   a first entry in a leaf that is there               present bits, counts, mirror, slot          as {@link Slots#fill}
 *   away with one of several in a leaf                  mirror, slot, present bits, counts          as {@link Slots#emptyOne}
 * </pre>
 *
 * Refused: what needs a node or empties one; entries that span indices, as soon as there was one; reserved entries; an entry whose mark would have to be cleared further up; where somebody counts
 * free indices or listens to nodes, what changes a count; in sparse arrays, what may leave a leaf to be packed.
 *
 * <p>Why a class of its own: the general way takes some twenty calls, of which the compiler inlines so many that it gives up on the rest. Here nothing is called but what is inlined, and a store at
 * 1,024 entries takes 6 ns where it took 12.
 */
public final class LeafWriter extends WriterLock {
    /** Says that a change was refused. Never in a slot. */
    public static final long REFUSED = Entry.CLOSED;

    /** Says that a change of an object was refused. */
    public static final Object REFUSED_CONTENT = new Object();

    private static final VarHandle SHARED;

    static {
        try {
            SHARED = MethodHandles.lookup().findVarHandle(LeafWriter.class, "shared", SharedLeafWriter.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Tree tree;
    private final Marking marking;
    private final boolean listened;
    private final boolean counted;
    /** Whether an entry that goes may concern others than its leaf. */
    private final boolean keeping;

    /** Whether all is refused: there is a listener, or there was an entry that spans indices since the array was empty. Plain: read without the lock it may be old, and is read again with it. */
    private boolean refusing;

    /** Null until there are leaf locks. Set under the lock of the whole array, never changed again. */
    @SuppressWarnings("unused") // accessed through SHARED
    private volatile @Nullable SharedLeafWriter shared;

    LeafWriter(Tree tree) {
        this.tree = tree;
        this.marking = new Marking(tree);
        this.listened = tree.observer() != null;
        this.refusing = listened;
        this.counted = tree.allocating() || listened;
        this.keeping = counted || tree.isSparse();
    }

    /**
     * Whether a change of an object was refused.
     *
     * @param content what the change gave
     * @return whether it is {@link #REFUSED_CONTENT}
     */
    @SuppressWarnings("ReferenceEquality") // there is only one
    public static boolean isRefused(@Nullable Object content) {
        return content == REFUSED_CONTENT;
    }

    /** From here on, or no more, entries may span indices. Called with the lock of the whole array. */
    void setSpanning(boolean spans) {
        refusing = spans || listened;
    }

    /**
     * Sets a value.
     *
     * @param index any index
     * @param word a value's word
     * @return the word that was there, {@link Entry#ABSENT} or a value's; or {@link #REFUSED}
     */
    public long put(long index, long word) {
        if (refusing) {
            return REFUSED;
        }
        SharedLeafWriter beside = sharedAcquire();
        if (beside != null) {
            return beside.put(index, word);
        }
        enter();
        try {
            long leaf = leaf(index);
            return leaf == 0 ? REFUSED : put(tree.basePlain() + leaf, Geometry.leafSlot(index), word);
        } finally {
            leave();
        }
    }

    /** Sets a value in a leaf that is there, for who holds this lock; {@link #REFUSED} as above, but entries must have one index each. */
    long put(long address, int slot, long word) {
        long old = NodeAccess.slotPlain(address, slot);
        if (!Entry.isValue(old)) {
            if (old != Entry.ABSENT || counted) {
                return REFUSED;
            }
            occupy(address, slot, 1);
        }
        NodeAccess.setSlotRelease(address, slot, word);
        return old;
    }

    /**
     * Sets, replaces or removes a value if it is what is expected.
     *
     * @param index any index
     * @param expected the word to be there: any, but of those that are no values only {@link Entry#ABSENT} is ever replaced here
     * @param word the word to set, {@link Entry#ABSENT} or a value's; anything else is refused
     * @return the word that was there; the change was made if that is {@code expected}. Or {@link #REFUSED}
     */
    public long exchange(long index, long expected, long word) {
        if (refusing || word == Entry.RESERVED || expected == Entry.RESERVED) {
            return REFUSED;
        }
        SharedLeafWriter beside = sharedAcquire();
        if (beside != null) {
            return beside.exchange(index, expected, word);
        }
        enter();
        try {
            long leaf = leaf(index);
            return leaf == 0 ? REFUSED : exchange(leaf, Geometry.leafSlot(index), expected, word);
        } finally {
            leave();
        }
    }

    private long exchange(long leaf, int slot, long expected, long word) {
        long old = NodeAccess.slotPlain(tree.basePlain() + leaf, slot);
        if (old != expected || old == word) {
            return old;
        }
        return word == Entry.ABSENT ? remove(leaf, slot) : put(tree.basePlain() + leaf, slot, word);
    }

    /**
     * Adds to a value that is there.
     *
     * @param index any index
     * @param delta what to add, of either sign
     * @return the word that was there, a value's; or {@link #REFUSED}, also if the sum would not be 0..2^63-1
     */
    public long add(long index, long delta) {
        if (refusing) {
            return REFUSED;
        }
        SharedLeafWriter beside = sharedAcquire();
        if (beside != null) {
            return beside.add(index, delta);
        }
        enter();
        try {
            long leaf = leaf(index);
            return leaf == 0 ? REFUSED : add(tree.basePlain() + leaf, Geometry.leafSlot(index), delta);
        } finally {
            leave();
        }
    }

    private static long add(long address, int slot, long delta) {
        long old = NodeAccess.slotPlain(address, slot);
        long sum = Entry.toValue(old) + delta;
        if (!Entry.isValue(old) || sum < 0) {
            return REFUSED;
        }
        NodeAccess.setSlotRelease(address, slot, Entry.value(sum));
        return old;
    }

    /**
     * Removes a value and its marks.
     *
     * @param index any index
     * @return the word that was there, {@link Entry#ABSENT} or a value's; or {@link #REFUSED}
     */
    public long remove(long index) {
        if (refusing || keeping) {
            return REFUSED;
        }
        SharedLeafWriter beside = sharedAcquire();
        if (beside != null) {
            return beside.remove(index);
        }
        enter();
        try {
            long leaf = leaf(index);
            return leaf == 0 ? REFUSED : remove(leaf, Geometry.leafSlot(index));
        } finally {
            leave();
        }
    }

    /** Removes a value and its marks, likewise. */
    long remove(long leaf, int slot) {
        long address = tree.basePlain() + leaf;
        long old = NodeAccess.slotPlain(address, slot);
        if (!Entry.isValue(old)) {
            return old == Entry.ABSENT ? Entry.ABSENT : REFUSED;
        }
        if (!staysIn(leaf, slot)) {
            return REFUSED;
        }
        NodeAccess.setSlotRelease(address, slot, Entry.ABSENT);
        vacate(address, slot, 1);
        return old;
    }

    /**
     * Sets an object.
     *
     * @param mirror this tree's mirror
     * @param index any index
     * @param content the object
     * @return what was there, or null; or {@link #REFUSED_CONTENT}
     */
    public @Nullable Object put(Mirror mirror, long index, Object content) {
        if (refusing) {
            return REFUSED_CONTENT;
        }
        SharedLeafWriter beside = sharedAcquire();
        if (beside != null) {
            return beside.put(mirror, index, content);
        }
        enter();
        try {
            long leaf = leaf(index);
            return leaf == 0 ? REFUSED_CONTENT : put(mirror, leaf, Geometry.leafSlot(index), content);
        } finally {
            leave();
        }
    }

    private @Nullable Object put(Mirror mirror, long leaf, int slot, Object content) {
        long address = tree.basePlain() + leaf;
        long word = NodeAccess.slotPlain(address, slot);
        if (word == Entry.OBJECT) {
            Object old = mirror.getAcquire(leaf, slot);
            mirror.setRelease(leaf, slot, content);
            return old;
        }
        if (word != Entry.ABSENT || counted) {
            return REFUSED_CONTENT;
        }
        occupy(address, slot, 0);
        mirror.setRelease(leaf, slot, content);
        NodeAccess.setSlotRelease(address, slot, Entry.OBJECT);
        return null;
    }

    /**
     * Sets, replaces or removes an object if what is there, without its tag, is the expected one.
     *
     * @param mirror this tree's mirror
     * @param index any index
     * @param expected the object to be there, or null
     * @param content what to set, or null
     * @return what was there; the change was made if its object is {@code expected}. Or {@link #REFUSED_CONTENT}
     */
    public @Nullable Object exchange(Mirror mirror, long index, @Nullable Object expected, @Nullable Object content) {
        if (refusing) {
            return REFUSED_CONTENT;
        }
        SharedLeafWriter beside = sharedAcquire();
        if (beside != null) {
            return beside.exchange(mirror, index, expected, content);
        }
        enter();
        try {
            long leaf = leaf(index);
            return leaf == 0 ? REFUSED_CONTENT : exchange(mirror, leaf, Geometry.leafSlot(index), expected, content);
        } finally {
            leave();
        }
    }

    @SuppressWarnings("ReferenceEquality") // objects are compared by identity: that is the contract
    private @Nullable Object exchange(Mirror mirror, long leaf, int slot, @Nullable Object expected,
            @Nullable Object content) {
        Object old = content(mirror, leaf, slot);
        if (mirror.objectOf(old) != expected || (old == null && content == null)) {
            return old;
        }
        return content == null ? remove(mirror, leaf, slot) : put(mirror, leaf, slot, content);
    }

    /** What is at a slot; {@link #REFUSED_CONTENT} if it is neither an object nor nothing. */
    @Nullable
    Object content(Mirror mirror, long leaf, int slot) {
        long word = NodeAccess.slotPlain(tree.basePlain() + leaf, slot);
        return word == Entry.OBJECT ? mirror.getAcquire(leaf, slot) : word == Entry.ABSENT ? null : REFUSED_CONTENT;
    }

    /**
     * Removes an object and its marks.
     *
     * @param mirror this tree's mirror
     * @param index any index
     * @return what was there, or null; or {@link #REFUSED_CONTENT}
     */
    public @Nullable Object remove(Mirror mirror, long index) {
        if (refusing || keeping) {
            return REFUSED_CONTENT;
        }
        SharedLeafWriter beside = sharedAcquire();
        if (beside != null) {
            return beside.remove(mirror, index);
        }
        enter();
        try {
            long leaf = leaf(index);
            return leaf == 0 ? REFUSED_CONTENT : remove(mirror, leaf, Geometry.leafSlot(index));
        } finally {
            leave();
        }
    }

    private @Nullable Object remove(Mirror mirror, long leaf, int slot) {
        long address = tree.basePlain() + leaf;
        long word = NodeAccess.slotPlain(address, slot);
        if (word != Entry.OBJECT) {
            return word == Entry.ABSENT ? null : REFUSED_CONTENT;
        }
        if (!staysIn(leaf, slot)) {
            return REFUSED_CONTENT;
        }
        Object old = mirror.getAcquire(leaf, slot);
        mirror.setRelease(leaf, slot, null);
        NodeAccess.setSlotRelease(address, slot, Entry.ABSENT);
        vacate(address, slot, 0);
        return old;
    }

    /** Changes in a leaf concern nobody else if there is no observer, and no book of free indices. */
    @Override
    @Nullable
    LeafLocks share() {
        if (counted) {
            return null;
        }
        SharedLeafWriter writer = new SharedLeafWriter(tree, this);
        SHARED.setRelease(this, writer); // pairs with sharedAcquire
        return writer;
    }

    private @Nullable SharedLeafWriter sharedAcquire() {
        return (SharedLeafWriter) SHARED.getAcquire(this); // pairs with share
    }

    /** Ends a change, and keeps the tree, and so the memory of its nodes, reachable until here; see {@link Tree#unlock}. */
    private void leave() {
        try {
            unlock();
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    /** The leaf of an index; 0 if there is none, or if entries may span indices after all. */
    private long leaf(long index) {
        return refusing ? 0 : leafOf(tree, index);
    }

    /** The leaf of an index; 0 if there is none. */
    static long leafOf(Tree tree, long index) {
        long head = tree.headPlain();
        return Entry.isRoot(head) ? Descent.leaf(tree.basePlain(), tree.linkMaskPlain(), head, index) : 0;
    }

    /** Whether all is refused, for who has found out by the lock or a gate. */
    boolean refuses() {
        return refusing;
    }

    /** Whether a slot can be emptied with nothing to do outside its leaf: others are left in it, also if it is the root, and have the marks that go. Then the marks have gone. */
    boolean staysIn(long leaf, int slot) {
        long address = tree.basePlain() + leaf;
        return leavesOthers(address) && (!isMarked(address, slot) || unmark(leaf, slot));
    }

    /** Likewise, of a slot without marks. */
    boolean staysUnmarkedIn(long leaf, int slot) {
        long address = tree.basePlain() + leaf;
        return leavesOthers(address) && !isMarked(address, slot);
    }

    private boolean leavesOthers(long address) {
        int count = NodeAccess.countPlain(address);
        return !keeping && (count > 2 || (count == 2 && NodeAccess.parentPlain(address) != 0));
    }

    private static boolean isMarked(long address, int slot) {
        long marks = NodeAccess.bitmapPlain(address, NodeLayout.marks(0))
                | NodeAccess.bitmapPlain(address, NodeLayout.marks(1))
                | NodeAccess.bitmapPlain(address, NodeLayout.marks(2));
        return (marks >>> slot & 1) != 0;
    }

    private boolean unmark(long leaf, int slot) {
        boolean stays = marking.staysIn(leaf, slot);
        if (stays) {
            marking.clearAll(leaf, slot);
        }
        return stays;
    }

    static void occupy(long address, int slot, int values) {
        NodeAccess.setBitmapRelease(address, NodeLayout.PRESENT,
                NodeAccess.bitmapPlain(address, NodeLayout.PRESENT) | 1L << slot);
        NodeAccess.addCountsPlain(address, 1, values);
    }

    static void vacate(long address, int slot, int values) {
        NodeAccess.setBitmapRelease(address, NodeLayout.PRESENT,
                NodeAccess.bitmapPlain(address, NodeLayout.PRESENT) & ~(1L << slot));
        NodeAccess.addCountsPlain(address, -1, -values);
    }
}
