package org.quern.xarray.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Extent;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.recycle.NodePool;
import org.quern.xarray.recycle.RecycleSequence;

/**
 * One array as its readers see it.
 *
 * <pre>
 *   head      0 | lone entry at index 0 | root link and shift | CLOSED       published with Release, read with Acquire
 *   rootMarks bit m: some entry has mark m                                   likewise
 *   base      address of the pool          written once, before the first root is published through the head
 *   linkMask  which words are links        likewise
 *   sequence  moves before a node is reused
 * </pre>
 *
 * Invariants, checked by TreeChecker after every test.
 * <ol>
 * <li>The root has the lowest shift that covers the highest index; a lone entry at index 0 is in the head and needs no node.
 * <li>No node in the tree is empty.
 * <li>A node is complete - entries, marks, bitmaps, base - before the word that links to it is published.
 * <li>The head is 0 exactly if there is no entry.
 * </ol>
 *
 * Every read has this shape; see {@link RecycleSequence} for why it is right:
 *
 * <pre>
 *   do { s = sequence; h = head; .. walk .. } while (the sequence moved);
 * </pre>
 *
 * The array cannot be collected, nor its memory unmapped, while a read is under way: every read ends with a {@code reachabilityFence} on this object, which
 * holds the pool, which holds the reservation.
 */
public final class Tree extends RecycleSequence {
    private static final VarHandle HEAD;
    private static final VarHandle ROOT_MARKS;
    private static final VarHandle NEAR;
    private static final VarHandle FAR;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(Tree.class, "head", long.class);
            ROOT_MARKS = lookup.findVarHandle(Tree.class, "rootMarks", int.class);
            NEAR = lookup.findVarHandle(Tree.class, "near", char[].class);
            FAR = lookup.findVarHandle(Tree.class, "far", int[].class);
            lookup.ensureInitialized(Mirror.class); // or mirror() is called, not inlined, in programs that have no objects
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long UNSTEADY = -2;

    @SuppressWarnings("unused") // accessed through HEAD
    private volatile long head = Entry.ABSENT;

    private long base;
    private long linkMask = -1;

    @SuppressWarnings("unused") // accessed through ROOT_MARKS
    private volatile int rootMarks;

    /** Set before the first entry that spans indices is published, and never cleared: so who has read such an entry sees it set. */
    private boolean spanning;

    /** Set before the first reserved entry is published, but for the one at index 0 that is there for the others; likewise. */
    private boolean reserving;

    private final @Nullable Mirror mirror;
    private final @Nullable NodeObserver observer;
    private final boolean allocating;
    private final boolean zeroBusy;
    private final NodePool nodes;
    private final @Nullable Packs packs;
    /** Holds the memory that {@code base} points to, where it is not the pool's. */
    @SuppressWarnings("unused") // being reachable is its use
    private final @Nullable Object memory;
    private final LeafWriter lock;

    /** Null in a sparse array, where few leaves stand where they stay, and in one that does not change. */
    private final @Nullable LeafMap leafMap;

    /** What the map knows. */
    @SuppressWarnings("unused") // accessed through NEAR
    private volatile char[] near = LeafMap.NO_NEAR;
    @SuppressWarnings("unused") // accessed through FAR
    private volatile int[] far = LeafMap.NO_FAR;

    /**
     * An empty tree without memory.
     *
     * @param name for messages
     * @param maxBytes most bytes of nodes
     * @param mirror where the content of entries is, or null if it is in the words
     */
    public Tree(String name, long maxBytes, @Nullable Mirror mirror) {
        this(name, maxBytes, mirror, false, false, null, false);
    }

    /**
     * An empty tree without memory.
     *
     * @param name for messages
     * @param maxBytes most bytes of nodes
     * @param mirror where the content of entries is, or null if it is in the words
     * @param allocating whether free indices are tracked, in place of mark 0
     * @param zeroBusy whether index 0 is reserved while there is any other entry
     * @param observer told of each node whose counts changed, or null
     * @param sparse whether entries far apart are to share packed nodes; not in an allocating tree
     */
    public Tree(String name, long maxBytes, @Nullable Mirror mirror, boolean allocating, boolean zeroBusy,
            @Nullable NodeObserver observer, boolean sparse) {
        this.mirror = mirror;
        this.zeroBusy = zeroBusy;
        this.allocating = allocating;
        this.observer = observer;
        this.nodes = new NodePool(name, maxBytes, this, mirror != null ? mirror : offset -> {});
        this.packs = sparse ? new Packs(this, mirror) : null;
        this.memory = null;
        this.leafMap = sparse ? null : new LeafMap(this);
        this.lock = new LeafWriter(this);
    }

    /**
     * A tree that is there already, for readers.
     *
     * @param name for messages
     * @param frozen where and what it is
     */
    public Tree(String name, FrozenTree frozen) {
        this.mirror = null;
        this.zeroBusy = false;
        this.allocating = frozen.allocating();
        this.observer = null;
        this.nodes = new NodePool(name, 0, this, offset -> {});
        this.packs = null;
        this.memory = frozen.memory();
        this.base = frozen.base();
        this.linkMask = Entry.linkMask(frozen.limitBytes());
        this.spanning = frozen.spanning();
        this.rootMarks = frozen.rootMarks();
        this.head = frozen.head();
        this.leafMap = null;
        this.lock = new LeafWriter(this);
    }

    /**
     * The word at an index, read without a lock.
     *
     * @param index any index
     * @return a value or object word, {@link Entry#ABSENT} or {@link Entry#CLOSED}
     */
    public long load(long index) {
        try {
            for (;;) { // again only if a batch of nodes was recycled meanwhile
                long seen = readAcquire();
                long leaf = mappedLeaf(index);
                long word = leaf != 0 ? NodeAccess.slotAcquire(base + leaf, Geometry.leafSlot(index)) : walk(index);
                if (unchangedSince(seen)) {
                    return word;
                }
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private long walk(long index) {
        long root = headAcquire();
        return Entry.isRoot(root) ? Descent.word(base, linkMask, root, index) : loneWord(root, index);
    }

    /**
     * The word at an index, whatever kind of node it is in. {@link #load} leaves the packed nodes of sparse arrays to this.
     *
     * @param index any index
     * @return as {@link #load}, but never a link to a packed node
     */
    public long word(long index) {
        try {
            for (;;) { // again only if a batch of nodes was recycled, or a packed node replaced, meanwhile
                long seen = readAcquire();
                long root = headAcquire();
                if (!Entry.isRoot(root)) {
                    return loneWord(root, index);
                }
                long place = place(root, index);
                long word = place == Place.NOWHERE ? Entry.ABSENT : Packs.word(this, place, index);
                if (!Entry.isLink(word, linkMask) && steady(place) && unchangedSince(seen)) {
                    return word;
                }
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * The lowest node on the way to an index, or the packed node that has an entry for it.
     *
     * @param root a head that is a root
     * @param index any index
     * @return a {@link Place}; if the word there links to a packed node, that has no such entry
     */
    public long place(long root, long index) {
        long place = Descent.place(base, linkMask, root, index, 0);
        return packs == null || place == Place.NOWHERE || Place.isLeaf(place) ? place : packs.within(place, index);
    }

    /**
     * Whether what was read at a place was true then: not if it is in a packed node that has been replaced.
     *
     * @param place from {@link #place}
     * @return true for every other place
     */
    public boolean steady(long place) {
        return packs == null || !packs.moved(place);
    }

    /**
     * Whether a word leads on to a node or packed node.
     *
     * @param word a word of a slot
     * @return false if it is an entry, or absent
     */
    public boolean leadsOn(long word) {
        return Entry.isLink(word, linkMask) || Packed.isPacked(word);
    }

    /**
     * The object at an index, read without a lock.
     *
     * @param contents this tree's mirror
     * @param index any index
     * @return null if there is no entry
     * @throws IllegalStateException if the array is closed
     */
    public @Nullable Object loadContent(Mirror contents, long index) {
        try {
            for (;;) { // again only if a batch of nodes was recycled, or an entry moved, meanwhile
                long seen = readAcquire();
                long root = headAcquire();
                Object content = null;
                long leaf = mappedLeaf(index);
                if (leaf == 0 && Entry.isRoot(root)) {
                    leaf = Descent.leaf(base, linkMask, root, index);
                }
                if (leaf != 0) {
                    content = contents.getAcquire(leaf, Geometry.leafSlot(index));
                } else if (root == Entry.OBJECT && index == 0) {
                    content = contents.headAcquire();
                }
                if (unchangedSince(seen)) {
                    return content != null || leaf != 0 ? content : contentAbove(contents, root, index);
                }
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** There is no leaf, or nothing in it: either an entry stands above the leaves, or there is none. */
    private @Nullable Object contentAbove(Mirror contents, long head, long index) {
        long root = head;
        for (;;) {
            requireOpen(root);
            long seen = readAcquire();
            root = headAcquire();
            Object content = root == Entry.OBJECT && index == 0 ? contents.headAcquire() : null;
            if (Entry.isRoot(root)) {
                long place = place(root, index);
                if (place != Place.NOWHERE && Packs.word(this, place, index) != Entry.ABSENT) {
                    content = contents.getAcquire(Place.node(place), Place.slot(place, index));
                }
                if (!steady(place)) {
                    continue;
                }
            }
            if (unchangedSince(seen) && root != Entry.CLOSED) {
                return content;
            }
        }
    }

    /** What a head that is no root says about an index. */
    static long loneWord(long head, long index) {
        return index == 0 || head == Entry.CLOSED ? head : Entry.ABSENT;
    }

    /**
     * Whether the entry at an index has a mark, read without a lock.
     *
     * @param index any index
     * @param mark 0..2
     * @return false also if there is no entry
     */
    public boolean isMarked(long index, int mark) {
        try {
            for (;;) {
                long seen = readAcquire();
                long root = headAcquire();
                boolean marked;
                boolean valid = true;
                if (Entry.isRoot(root)) {
                    long leaf = Descent.leaf(base, linkMask, root, index);
                    long place = leaf != 0 ? leaf : place(root, index);
                    marked = isMarkedAt(place, index, mark);
                    valid = steady(place);
                } else {
                    requireOpen(root);
                    marked = index == 0 && anyMarked(mark);
                    valid = headAcquire() == root; // else the root marks may be those of a tree that has grown meanwhile
                }
                if (unchangedSince(seen) && valid) {
                    return marked;
                }
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * What the entry at an index spans, read without a lock. A reserved one counts.
     *
     * @param index any index
     * @return an {@link Extent}, or {@link Extent#NONE} if there is no entry
     * @throws IllegalStateException if the array is closed
     */
    public long extentAt(long index) {
        try {
            for (;;) {
                long seen = readAcquire();
                long root = headAcquire();
                long extent = Entry.isRoot(root) ? extentBelow(root, index) : loneExtent(root, index);
                if (unchangedSince(seen) && extent != UNSTEADY) {
                    return extent;
                }
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private long loneExtent(long head, long index) {
        requireOpen(head);
        return index == 0 && head != Entry.ABSENT ? Extent.LONE : Extent.NONE;
    }

    private long extentBelow(long root, long index) {
        long place = place(root, index);
        if (place == Place.NOWHERE) {
            return Extent.NONE;
        }
        if (Place.isPacked(place)) {
            boolean absent = Packs.word(this, place, index) == Entry.ABSENT;
            return !steady(place) ? UNSTEADY : absent ? Extent.NONE : Extent.of(0, Geometry.leafSlot(index), 1);
        }
        long node = base + Place.node(place);
        int slot = Place.slot(place, index);
        long siblings = NodeAccess.bitmapAcquire(node, NodeLayout.SIBLINGS);
        long word = NodeAccess.slotAcquire(node, slot);
        if (word == Entry.ABSENT || Packed.isPacked(word)) {
            return Extent.NONE;
        }
        if (Entry.isLink(word, linkMask) || NodeAccess.bitmapAcquire(node, NodeLayout.SIBLINGS) != siblings) {
            return UNSTEADY; // the word and the bitmap may be of different entries
        }
        int first = Run.start(siblings, slot);
        return Extent.of(Place.shift(place), first, Run.length(siblings, first));
    }

    private boolean isMarkedAt(long place, long index, int mark) {
        if (place == Place.NOWHERE) {
            return false;
        }
        long node = base + Place.node(place);
        int slot = Place.slot(place, index);
        if (!Place.isLeaf(place) && leadsOn(NodeAccess.slotAcquire(node, slot))) {
            return false; // linked meanwhile: there was nothing
        }
        int first = Run.start(NodeAccess.bitmapAcquire(node, NodeLayout.SIBLINGS), slot);
        return (NodeAccess.bitmapAcquire(node, NodeLayout.marks(mark)) >>> first & 1) != 0;
    }

    /**
     * Whether any entry has a mark.
     *
     * @param mark 0..2
     * @return one bit of one word
     */
    public boolean anyMarked(int mark) {
        return (rootMarksAcquire() >>> mark & 1) != 0;
    }

    /**
     * Refuses a closed array.
     *
     * @param head what was read from the head
     * @throws IllegalStateException if it says closed
     */
    public void requireOpen(long head) {
        if (head == Entry.CLOSED) {
            throw new IllegalStateException("array " + nodes.name() + " is closed");
        }
    }

    /**
     * Reads the head; pairs with {@link #setHeadRelease}.
     *
     * @return a head word
     */
    public long headAcquire() {
        return (long) HEAD.getAcquire(this);
    }

    /**
     * Reads the head under the lock.
     *
     * @return a head word
     */
    public long headPlain() {
        return (long) HEAD.get(this);
    }

    /**
     * Publishes the head; pairs with {@link #headAcquire}.
     *
     * @param head a head word
     */
    public void setHeadRelease(long head) {
        HEAD.setRelease(this, head);
    }

    /**
     * Reads the marks of the array; pairs with {@link #setRootMarksRelease}.
     *
     * @return bit m for mark m
     */
    public int rootMarksAcquire() {
        return (int) ROOT_MARKS.getAcquire(this);
    }

    /**
     * Publishes the marks of the array; pairs with {@link #rootMarksAcquire}.
     *
     * @param marks bit m for mark m
     */
    public void setRootMarksRelease(int marks) {
        ROOT_MARKS.setRelease(this, marks);
    }

    /**
     * The address of the pool; meaningful once a root was read from the head.
     *
     * @return what offsets are added to
     */
    public long basePlain() {
        return base;
    }

    /**
     * Which words are links; meaningful once a root was read from the head.
     *
     * @return for {@link Entry#isLink}
     */
    public long linkMaskPlain() {
        return linkMask;
    }

    /**
     * Whether there ever was an entry that spans indices; meaningful for an entry that was read before.
     *
     * @return false if every entry read so far has one index
     */
    public boolean spanningPlain() {
        return spanning;
    }

    /**
     * An entry that spans indices is about to be published. Called with the lock. Publishing it, a release, is what {@link #spanningPlain} relies on; and the first of all sends back who
     * began before, since a scan that saw none does not look for slots that continue an entry.
     */
    void setSpanning() {
        if (!spanning) {
            spanning = true;
            sequence().advance();
        }
    }

    /**
     * Whether there ever was a reserved entry, that at index 0 of an array that allocates from 1 not counted; meaningful for an entry that was read before.
     *
     * @return false if every entry read so far has content
     */
    public boolean reservingPlain() {
        return reserving;
    }

    /** A reserved entry is about to be published at an index; as {@link #setSpanning}. */
    void setReservingPlain(long index) {
        reserving |= index != 0 || !zeroBusy;
    }

    /**
     * The protection of the readers.
     *
     * @return the sequence
     */
    public RecycleSequence sequence() {
        return this;
    }

    /**
     * The nodes; for writers.
     *
     * @return the pool
     */
    public NodePool nodes() {
        return nodes;
    }

    /**
     * Whether entries far apart share packed nodes.
     *
     * @return true in a sparse array
     */
    public boolean isSparse() {
        return packs != null;
    }

    /**
     * The packed nodes.
     *
     * @return null if the array is not sparse
     */
    public @Nullable Packs packs() {
        return packs;
    }

    /** The packed nodes of a sparse array. */
    Packs requirePacks() {
        return Objects.requireNonNull(packs);
    }

    /**
     * The lock of the writers, which is also what changes single entries that concern no more than their leaf.
     *
     * @return the lock
     */
    public LeafWriter lock() {
        return lock;
    }

    /**
     * Begins a write: takes the lock.
     *
     * @throws IllegalStateException if the caller is inside an observer of this tree
     */
    public void enter() {
        lock.lock();
        refuseObserver();
    }

    /**
     * As {@link #enter}, if no other thread has the lock.
     *
     * @return whether the caller holds it now
     * @throws IllegalStateException if the caller is inside an observer of this tree
     */
    public boolean tryEnter() {
        boolean held = lock.tryLock();
        if (held) {
            refuseObserver();
        }
        return held;
    }

    /** The leaves that are known, by numbers of two bytes; pairs with {@link #setNearRelease}. */
    char[] nearAcquire() {
        return (char[]) NEAR.getAcquire(this);
    }

    /** Called with the lock; pairs with {@link #nearAcquire}. */
    void setNearRelease(char[] numbers) {
        NEAR.setRelease(this, numbers);
    }

    /** The leaves that are known, by numbers of four bytes; pairs with {@link #setFarRelease}. */
    int[] farAcquire() {
        return (int[]) FAR.getAcquire(this);
    }

    /** Called with the lock; pairs with {@link #farAcquire}. */
    void setFarRelease(int[] numbers) {
        FAR.setRelease(this, numbers);
    }

    /** The map of the leaves. */
    @Nullable
    LeafMap leafMap() {
        return leafMap;
    }

    /**
     * The leaf that loads go to for an index.
     *
     * @param index any index
     * @return its offset; 0 if they walk
     */
    public long mappedLeaf(long index) {
        return LeafMap.leaf(this, nearAcquire(), index);
    }

    /**
     * For how many indices loads may know the leaf. Called with the lock, by checkers.
     *
     * @return a multiple of 64
     */
    public long mappedIndices() {
        return leafMap == null ? 0 : (long) leafMap.length() << Geometry.DIGIT_BITS;
    }

    /** A leaf was linked at an index. Called with the lock, when it can be reached. */
    void leafAdded(long index) {
        if (leafMap != null) {
            leafMap.added(index);
        }
    }

    /** Leaves between two indices are about to be unlinked, if there are any. Called with the lock, before. */
    void leavesGo(long first, long last) {
        if (leafMap != null) {
            leafMap.goBetween(first, last);
        }
    }

    /** All leaves are about to be unlinked, likewise. */
    void allLeavesGo() {
        if (leafMap != null) {
            leafMap.clear();
        }
    }

    private void refuseObserver() {
        if (observer != null && observer.isTelling()) {
            lock.unlock();
            throw new IllegalStateException(
                    "array " + nodes.name() + ": a node listener must not change or lock the array it listens to");
        }
    }

    /**
     * Ends a write: gives the lock back, and keeps this tree, and so the memory of its nodes, reachable until here. Without the
     * fence a compiler may see the last use of the tree before the last store to a node, and the cleaner unmap it in between.
     * What an observer threw comes out here, when the operation is complete.
     */
    public void unlock() {
        RuntimeException thrown = observer == null ? null : observer.takeFailure();
        try {
            lock.unlock();
        } finally {
            Reference.reachabilityFence(this);
        }
        if (thrown != null) {
            throw thrown;
        }
    }

    /**
     * The content of object entries.
     *
     * @return null if entries are values
     */
    public @Nullable Mirror mirror() {
        return mirror;
    }

    /**
     * Whether free indices are tracked.
     *
     * @return true for an allocating array
     */
    public boolean allocating() {
        return allocating;
    }

    /**
     * Whether index 0 is reserved while there is any other entry.
     *
     * @return true for an array that allocates from 1
     */
    public boolean zeroBusy() {
        return zeroBusy;
    }

    /**
     * The lowest mark that entries have.
     *
     * @return 0, or 1 in an allocating array
     */
    public int firstMark() {
        return allocating ? 1 : 0;
    }

    /** Who is told of changed nodes. */
    @Nullable
    NodeObserver observer() {
        return observer;
    }

    /**
     * Reserves nodes and, with the first of them, makes the pool known to readers-to-be. Called with the lock.
     *
     * @param count how many
     * @return false if there is no room; nothing has changed
     */
    boolean reserve(long count) {
        if (!nodes.reserve(count) && !reserveAgain(count)) {
            return false;
        }
        base = nodes.blocks().baseAddress();
        linkMask = Entry.linkMask(nodes.linkableBytes());
        return true;
    }

    /** Packed nodes in quarantine may be what takes the room. */
    private boolean reserveAgain(long count) {
        if (packs == null || packs.pool().quarantined() == 0) {
            return false;
        }
        packs.pool().recycle();
        return nodes.reserve(count);
    }

    /** As {@link #reserve(long)}, with places for the objects in some of the nodes; if the heap has no room for them, OutOfMemoryError, and nothing has changed. */
    boolean reserve(long count, int mirrors) {
        if (!reserve(count)) {
            return false;
        }
        if (mirror != null) {
            mirror.reserve(nodes.highestSpare(), mirrors);
        }
        return true;
    }

    /**
     * Levels of the tree. Called with the lock.
     *
     * @return 0..11
     */
    public int height() {
        long root = headPlain();
        return Entry.isRoot(root) ? Geometry.height(Entry.rootShift(root)) : 0;
    }
}
