package org.quern.xarray;

import java.lang.ref.Reference;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Mirror;
import org.quern.xarray.tree.Place;
import org.quern.xarray.tree.ReverseScan;
import org.quern.xarray.tree.Scan;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.Visit;

/**
 * A position in an array that remembers where it is: what all cursors have in common. Each operation reads the array anew, so a cursor never goes stale, whatever
 * others do between two operations; it takes no lock, and keeps no memory of the array from being reused. It remembers the leaf it is in,
 * so that a neighbour costs no walk.
 *
 * <pre>
 *            moveTo, reset, pause, end of a search               load, step, next, store
 *   FRESH    the index has not been looked at         ------->   AT     the index has been looked at
 *            a search begins with it, a step loads it            a search goes on after its entry, a step goes to the neighbour
 *                                                                END    after the last index of all: a search finds nothing
 * </pre>
 *
 * Searches go up and end; steps go either way, one index at a time, and come round from the last to the first. Unlike searches of the array, a cursor also
 * stops at reserved entries: {@link #isReserved} tells.
 *
 * <p>Confined to the thread that made it, which alone may use and close it. The cursor needs no closing for its memory; a closed one refuses everything.
 *
 * <p>How a remembered leaf is known to be good: no node in the tree is empty, and a node leaves the tree empty, unless the recycle sequence was advanced. So a leaf
 * with a bit set, under the same sequence, is where the index lives.
 */
@Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        UnsupportedOperationException.class, IllegalStateException.class})
public abstract sealed class AbstractCursor implements AutoCloseable
        permits LongReadCursor, ReadCursor, AbstractWriteCursor {
    private static final Visit<AbstractCursor> FIND = new Finding();

    private enum State {
        FRESH, AT, END
    }

    final AbstractXArray array;
    final Tree tree;
    private final Thread owner = Thread.currentThread();
    /** Whether entries are values, and there are no objects. */
    private final boolean ofValues;
    private boolean closed;

    private State state = State.FRESH;
    private long index;

    /** What was found last, and where: an entry's index, its word, its object, its last index. */
    private long foundAt;
    private long word = Entry.ABSENT;
    private @Nullable Object content;
    private long foundLast;

    /** The leaf of the index, or 0, and when it was the leaf. */
    private long leaf;
    private long leafBase;
    private long seen;

    AbstractCursor(AbstractXArray array, long index) {
        this.array = array;
        this.tree = array.tree();
        this.ofValues = tree.mirror() == null;
        this.index = index;
        tree.requireOpen(tree.headAcquire());
    }

    /**
     * Where the cursor is.
     *
     * @return an unsigned number
     */
    public final long index() {
        return index;
    }

    /**
     * Goes to an index without looking at it.
     *
     * @param newIndex any index
     * @throws IllegalStateException if the cursor is closed or of another thread
     */
    @Operation(threads = Operation.Threads.OWNER, errors = IllegalStateException.class)
    public void moveTo(long newIndex) {
        check();
        place(newIndex, State.FRESH);
    }

    /**
     * Forgets that the index has been looked at: a search begins with it again, a step loads it.
     *
     * @throws IllegalStateException if the cursor is closed or of another thread
     */
    @Operation(threads = Operation.Threads.OWNER, errors = IllegalStateException.class)
    public final void reset() {
        moveTo(index);
    }

    /**
     * Looks at the index.
     *
     * @return whether there is an entry with content
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public final boolean load() {
        check();
        look();
        state = State.AT;
        return hasContent();
    }

    /**
     * Looks at the index again, from the root.
     *
     * @return whether there is an entry with content
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public final boolean reload() {
        leaf = 0;
        return load();
    }

    /**
     * Whether the index still has the content that was found there, by identity for objects, and the same tag. Does not change what the cursor holds. With it, a reader takes part in the
     * life of an object: find it, take a reference to it, and drop it again if it is no longer there.
     *
     * @return false also if nothing was found there
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    @SuppressWarnings("ReferenceEquality") // identity is the question
    public final boolean unchanged() {
        check();
        long foundWord = word;
        Object foundContent = content;
        long at = foundAt;
        long last = foundLast;
        long here = index;
        index = at;
        leaf = 0;
        look();
        boolean same = foundWord != Entry.ABSENT && word == foundWord && content == foundContent;
        index = here;
        found(at, foundWord, foundContent, last);
        leaf = 0;
        return same;
    }

    /**
     * Goes to the next entry: to the first at or after the index if that has not been looked at, else to the first after its entry. Stops at reserved entries too.
     * If there is none, the cursor stands behind what it has searched - after {@code max}, or at the first index beyond what the tree covers -, so that a search with a
     * higher {@code max} goes on there and nothing is missed.
     *
     * @param max last index to look at, inclusive
     * @return whether there is one; {@link #index} is its first index, or where the search began if that is inside it
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public final boolean next(long max) {
        return next(max, NodeLayout.PRESENT);
    }

    /**
     * Goes to the next entry with a mark; as {@link #next}.
     *
     * @param max last index to look at, inclusive
     * @param mark the mark
     * @return whether there is one
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            UnsupportedOperationException.class, IllegalStateException.class})
    public final boolean nextMarked(long max, Mark mark) {
        return next(max, array.bitmap(mark));
    }

    private boolean next(long max, long bitmap) {
        check();
        if (state == State.END) {
            return false;
        }
        if (state == State.AT) {
            long last = word == Entry.ABSENT ? index : foundLast;
            if (last == -1L) {
                place(index, State.END);
                return false;
            }
            index = last + 1;
        }
        if (Long.compareUnsigned(index, max) <= 0 && (nextInLeaf(max, bitmap)
                || Scan.run(tree, FIND, index, max, bitmap, this))) {
            index = foundAt;
            state = State.AT;
            return true;
        }
        standBehind(max);
        return false;
    }

    /** The next entry in the remembered leaf; false if that is not certain. */
    private boolean nextInLeaf(long max, long bitmap) {
        if (state != State.AT || leaf == 0 || Geometry.base(index, 0) != leafBase) {
            return false;
        }
        try {
            long address = tree.basePlain() + leaf;
            if (bitmap == NodeLayout.PRESENT && ofValues && !tree.spanningPlain() && isValueAt(address)) {
                return true;
            }
            long siblings = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS);
            long bits = NodeAccess.bitmapAcquire(address, bitmap) & ~siblings
                    & Geometry.slotsWithin(leafBase, index, max);
            if (bits == 0 || !tree.sequence().unchangedSince(seen)) {
                return false;
            }
            int slot = Long.numberOfTrailingZeros(bits);
            return FIND.slot(tree, seen, leaf, slot, leafBase | slot, this) == Visit.STOP;
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    /** Whether a value of this index alone is at the index, in the remembered leaf: then it is the one to be found next. */
    private boolean isValueAt(long address) {
        long read = NodeAccess.slotAcquire(address, Geometry.leafSlot(index));
        if (!Entry.isValue(read) || !tree.sequence().unchangedSince(seen)) {
            return false;
        }
        foundAt = index;
        foundLast = index;
        word = read;
        return true;
    }

    /**
     * Goes to the previous entry: to the last at or before the index if that has not been looked at, else to the last before its entry. Stops at reserved entries too. If there
     * is none, the cursor stays where it is.
     *
     * @param min lowest index to look at, inclusive
     * @return whether there is one; {@link #index} is its first index, or {@code min} if that is inside it
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public final boolean previous(long min) {
        return previous(min, NodeLayout.PRESENT);
    }

    /**
     * Goes to the previous entry with a mark; as {@link #previous}.
     *
     * @param min lowest index to look at, inclusive
     * @param mark the mark
     * @return whether there is one
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            UnsupportedOperationException.class, IllegalStateException.class})
    public final boolean previousMarked(long min, Mark mark) {
        return previous(min, array.bitmap(mark));
    }

    private boolean previous(long min, long bitmap) {
        check();
        long from = state == State.END ? -1L : index;
        if (state == State.AT) {
            long base = array.baseOf(at());
            if (base == 0) {
                return false;
            }
            from = base - 1;
        }
        if (ReverseScan.run(tree, FIND, min, from, bitmap, this)) {
            index = foundAt;
            state = State.AT;
            return true;
        }
        if (state == State.AT) {
            look(); // what a search looks at on its way is not what is here
        } else {
            place(index, state);
        }
        return false;
    }

    /** Nothing was found up to max: stands at the first index that was not looked at. */
    private void standBehind(long max) {
        long head = tree.headAcquire();
        long covered = !Entry.isRoot(head)
                ? (head == Entry.ABSENT ? index : 1)
                : Geometry.after(0, Entry.rootShift(head)); // 0: everything
        long behind = max + 1; // 0: everything
        if (covered == 0 || (behind != 0 && Long.compareUnsigned(behind, covered) < 0)) {
            covered = behind;
        }
        if (covered == 0 && head != Entry.ABSENT) {
            place(index, State.END);
        } else {
            place(Long.compareUnsigned(covered, index) > 0 ? covered : index, State.FRESH);
        }
    }

    /**
     * Goes to the next index and looks at it; if the index has not been looked at, only looks. Comes round from the last index to 0.
     *
     * @return whether there is an entry with content
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public final boolean stepForward() {
        return step(1);
    }

    /**
     * Goes to the previous index and looks at it; if the index has not been looked at, only looks. Comes round from 0 to the last index.
     *
     * @return whether there is an entry with content
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public final boolean stepBack() {
        return step(-1);
    }

    private boolean step(int by) {
        check();
        index += state == State.FRESH ? 0 : by;
        look();
        state = State.AT;
        return hasContent();
    }

    /**
     * Goes to the last index of the entry it is at, so that the next step leaves it. Without an entry it stays.
     *
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public final void skipEntry() {
        check();
        index = array.lastOf(index);
        look();
        state = State.AT;
    }

    /**
     * Goes behind the entry it is at, or behind the index if there is none, without looking: what is found next is what is there then. A second pause does nothing.
     * A write cursor also lets other writers in until {@link #resume}.
     *
     * @throws IllegalStateException if the cursor is closed or of another thread
     */
    @Operation(threads = Operation.Threads.OWNER, errors = IllegalStateException.class)
    public void pause() {
        check();
        if (state == State.AT) {
            long last = word == Entry.ABSENT ? index : foundLast;
            if (last == -1L) {
                place(index, State.END);
            } else {
                place(last + 1, State.FRESH);
            }
        }
    }

    /**
     * Ends a pause. A write cursor takes the lock again, waiting for it if need be; for other cursors it does nothing.
     *
     * @throws IllegalStateException if the cursor is closed or of another thread
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.BRIEFLY, lock = "writer lock", errors = IllegalStateException.class)
    public void resume() {
        checkOwner();
    }

    /**
     * Whether the entry found last is reserved.
     *
     * @return false also if there is none
     */
    public final boolean isReserved() {
        return word == Entry.RESERVED;
    }

    /**
     * The order of the entry it is at, as it is now.
     *
     * @return 0..63, or -1 if there is none
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public final int order() {
        check();
        return array.orderAt(at());
    }

    /**
     * First index of the entry it is at, as it is now.
     *
     * @return {@link #index} if there is none
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public final long base() {
        check();
        return array.baseOf(at());
    }

    /**
     * Last index of the entry it is at, as it is now.
     *
     * @return {@link #index} if there is none
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public final long last() {
        check();
        return array.lastOf(at());
    }

    /**
     * Whether the entry it is at has a mark, as it is now.
     *
     * @param mark the mark
     * @return false also if there is no entry
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the cursor is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            UnsupportedOperationException.class, IllegalStateException.class})
    public final boolean isMarked(Mark mark) {
        check();
        return array.isMarked(at(), mark);
    }

    /** Refuses all further use. Idempotent. */
    @Override
    @Operation(threads = Operation.Threads.OWNER)
    public void close() {
        closed = true;
    }

    /** Refuses use by another thread, or after the end. */
    void check() {
        checkOwner();
    }

    @SuppressWarnings("ReferenceEquality") // threads are their own identity
    final void checkOwner() {
        if (closed || Thread.currentThread() != owner) {
            throw new IllegalStateException("array " + tree.nodes().name() + ": the cursor "
                    + (closed ? "is closed" : "belongs to thread " + owner.getName()));
        }
    }

    /** Where the entry is that was found: the index, unless a search for conflicts found another. */
    private long at() {
        return word == Entry.ABSENT ? index : foundAt;
    }

    final long word() {
        return word;
    }

    final @Nullable Object content() {
        Mirror mirror = tree.mirror();
        return mirror == null ? null : mirror.objectOf(content);
    }

    final int contentTag() {
        Mirror mirror = tree.mirror();
        return mirror == null ? 0 : mirror.tagOf(content);
    }

    private boolean hasContent() {
        return word != Entry.ABSENT && word != Entry.RESERVED;
    }

    private void place(long newIndex, State newState) {
        index = newIndex;
        state = newState;
        found(newIndex, Entry.ABSENT, null, newIndex);
    }

    private void found(long at, long foundWord, @Nullable Object foundContent, long last) {
        foundAt = at;
        word = foundWord;
        content = foundContent;
        foundLast = last;
    }

    /** After a change at the index: it has been looked at. */
    final void changed() {
        look();
        state = State.AT;
    }

    /** Whether the remembered leaf is the one that the index lives in. For who holds the lock: then it stays so until he changes it. */
    final boolean knowsPlace() {
        return leaf != 0 && Geometry.base(index, 0) == leafBase && tree.sequence().unchangedSince(seen)
                && NodeAccess.bitmapAcquire(tree.basePlain() + leaf, NodeLayout.PRESENT) != 0;
    }

    /** Where the index lives, without a walk if that is known. For who holds the lock. */
    final long place() {
        return knowsPlace() ? leaf : array.writer().locate(index);
    }

    /** The first entry of a range, without going there. */
    final boolean findWithin(long first, long last) {
        if (Scan.run(tree, FIND, first, last, NodeLayout.PRESENT, this)) {
            return true;
        }
        found(index, Entry.ABSENT, null, index);
        return false;
    }

    final long foundLast() {
        return foundLast;
    }

    private void look() {
        try {
            if (leaf != 0 && Geometry.base(index, 0) == leafBase && lookInLeaf()) {
                return;
            }
            do {
                leaf = 0;
                seen = tree.sequence().readAcquire();
            } while (!walk());
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    private boolean lookInLeaf() {
        int slot = Geometry.leafSlot(index);
        read(leaf, 0, slot, index);
        boolean live = word != Entry.ABSENT
                || NodeAccess.bitmapAcquire(tree.basePlain() + leaf, NodeLayout.PRESENT) != 0;
        return live && tree.sequence().unchangedSince(seen);
    }

    private boolean walk() {
        long root = tree.headAcquire();
        if (!Entry.isRoot(root)) {
            tree.requireOpen(root);
            Mirror mirror = tree.mirror();
            Object lone = mirror == null ? null : mirror.headAcquire();
            boolean here = index == 0 && (root != Entry.OBJECT || lone != null);
            found(index, here ? root : Entry.ABSENT, here && root == Entry.OBJECT ? lone : null, index);
            return tree.sequence().unchangedSince(seen) && tree.headAcquire() == root;
        }
        long place = tree.place(root, index);
        if (place == Place.NOWHERE) {
            found(index, Entry.ABSENT, null, index);
            return tree.sequence().unchangedSince(seen);
        }
        if (Place.isPacked(place)) {
            readPacked(place, Place.slot(place, index), index);
            return tree.steady(place) && tree.sequence().unchangedSince(seen);
        }
        read(Place.node(place), Place.shift(place), Place.slot(place, index), index);
        if (Entry.isLink(word, tree.linkMaskPlain()) || !tree.sequence().unchangedSince(seen)) {
            return false;
        }
        if (Place.shift(place) == 0) {
            leaf = place;
            leafBase = Geometry.base(index, 0);
        }
        return true;
    }

    /** Reads a slot; what the mirror says about an object counts. */
    private void read(long node, int shift, int slot, long at) {
        long address = tree.basePlain() + node;
        long siblings = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS);
        long read = NodeAccess.slotAcquire(address, slot);
        Mirror mirror = tree.mirror();
        Object object = mirror == null || read == Entry.ABSENT ? null : mirror.getAcquire(node, slot);
        if (mirror != null && !Entry.isLink(read, tree.linkMaskPlain()) && (object != null || read == Entry.OBJECT)) {
            read = object == null ? Entry.ABSENT : Entry.OBJECT;
        }
        if (Packed.isPacked(read)) {
            found(at, Entry.ABSENT, null, at); // it has no entry for the index
            return;
        }
        int end = slot + Run.length(siblings, slot) - 1;
        found(at, read, read == Entry.OBJECT ? object : null,
                Geometry.slotLast(Geometry.base(at, shift), shift, end & Geometry.LAST_SLOT));
    }

    /** Reads an entry of a packed node; what the mirror says about an object counts. */
    private void readPacked(long place, int position, long at) {
        long read = NodeAccess.slotAcquire(tree.basePlain() + Place.node(place), position);
        Mirror mirror = tree.mirror();
        Object object = mirror == null || read == Entry.ABSENT ? null : mirror.getAcquire(place, position);
        if (mirror != null && (object != null || read == Entry.OBJECT)) {
            read = object == null ? Entry.ABSENT : Entry.OBJECT;
        }
        found(at, read, read == Entry.OBJECT ? object : null, at);
    }

    /** Puts what a scan finds into the cursor. */
    private static final class Finding implements Visit<AbstractCursor> {
        @Override
        public int slot(Tree tree, long seen, long node, int slot, long index, AbstractCursor cursor) {
            int shift = NodeAccess.shiftOpaque(tree.basePlain() + node);
            boolean packed = Place.isPacked(node);
            if (packed) {
                cursor.readPacked(node, slot, index);
            } else {
                cursor.read(node, shift, slot, index);
            }
            if (!tree.sequence().unchangedSince(seen) || Entry.isLink(cursor.word, tree.linkMaskPlain())) {
                return MOVED;
            }
            cursor.leaf = shift == 0 && !packed ? node : 0;
            cursor.leafBase = Geometry.base(index, 0);
            cursor.seen = seen;
            return cursor.word == Entry.ABSENT ? NEXT : STOP;
        }

        @Override
        public int lone(Tree tree, long seen, long head, AbstractCursor cursor) {
            Mirror mirror = tree.mirror();
            Object object = mirror == null ? null : mirror.headAcquire();
            if (!tree.sequence().unchangedSince(seen)) {
                return MOVED;
            }
            if (head == Entry.OBJECT && object == null) {
                return NEXT;
            }
            cursor.leaf = 0;
            cursor.found(0, head, head == Entry.OBJECT ? object : null, 0);
            return STOP;
        }
    }
}
