package org.quern.jcstress.xarray;

import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.recycle.NodePool;
import org.quern.xarray.tree.LeafWriter;
import org.quern.xarray.tree.LoadGroup;
import org.quern.xarray.tree.Mirror;
import org.quern.xarray.tree.Scan;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.Visit;
import org.quern.xarray.tree.WriteGroup;
import org.quern.xarray.tree.Writer;

/**
 * The real tree, driven one level below the public arrays, so that a test can recycle nodes when it wants, and a control can leave out one step. Trees are reused:
 * a state of jcstress lives for nanoseconds, a reservation is made for longer. Take one in the constructor, release it in the arbiter.
 */
public final class TestTree {
    /** What an index without entry reads as. */
    public static final long ABSENT = -1;

    /**
     * Bytes that each state allocates beside its tree. jcstress decides by weight how many states are alive at once; this keeps them, and so the reservations, at
     * some hundreds instead of thousands.
     */
    public static final int WEIGHT = 1 << 17;

    private static final ConcurrentLinkedQueue<TestTree> VALUES = new ConcurrentLinkedQueue<>();
    private static final ConcurrentLinkedQueue<TestTree> OBJECTS = new ConcurrentLinkedQueue<>();
    private static final ConcurrentLinkedQueue<TestTree> SPARSE = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger CREATED = new AtomicInteger();
    private static final long MAX_BYTES = 128 * 576;

    /** The tree itself. */
    public final Tree tree;
    private final Writer writer;

    private TestTree(Mirror mirror) {
        this(mirror, false);
    }

    private TestTree(Mirror mirror, boolean sparse) {
        tree = new Tree("stress " + CREATED.incrementAndGet(), MAX_BYTES, mirror, false, false, null, sparse);
        writer = new Writer(tree);
    }

    /** An empty tree of values. */
    public static TestTree values() {
        TestTree free = VALUES.poll();
        return free != null ? free : new TestTree(null);
    }

    /** An empty tree of objects. */
    public static TestTree objects() {
        TestTree free = OBJECTS.poll();
        return free != null ? free : new TestTree(new Mirror());
    }

    /** An empty sparse tree of values. */
    public static TestTree sparse() {
        TestTree free = SPARSE.poll();
        return free != null ? free : new TestTree(null, true);
    }

    /** Empties the tree and keeps it for another state. */
    public void release() {
        locked(writer::clear);
        (tree.isSparse() ? SPARSE : tree.mirror() == null ? VALUES : OBJECTS).add(this);
    }

    /** As LongXArray.load. */
    public long load(long index) {
        return decode(tree.isSparse() ? tree.word(index) : tree.load(index));
    }

    /** As LongXArray.load, down from the root, whatever leaves are known. */
    public long walk(long index) {
        return decode(tree.word(index));
    }

    /** As XArray.load. */
    public Object loadObject(long index) {
        return tree.loadContent(tree.mirror(), index);
    }

    /** As LongXArray.store. */
    public void store(long index, long value) {
        locked(() -> writer.put(writer.locate(index), index, Entry.value(value), null));
    }

    /** For {@link #storeAll}. */
    public WriteGroup group() {
        return new WriteGroup(tree, writer, new LoadGroup());
    }

    /** As store of a batch. */
    public void storeAll(WriteGroup group, long[] indices, long value) {
        locked(() -> {
            Arrays.fill(group.words(), 0, indices.length, Entry.value(value));
            group.store(indices, 0, indices.length);
        });
    }

    /** As XArray.store. */
    public void storeObject(long index, Object object) {
        locked(() -> writer.put(writer.locate(index), index, Entry.OBJECT, object));
    }

    /** As reserve of either. */
    public void storeReserved(long index) {
        locked(() -> writer.put(writer.locate(index), index, Entry.RESERVED, null));
    }

    /** As erase of either. */
    public void erase(long index) {
        locked(() -> writer.remove(writer.locate(index), index));
    }

    /** As LongXArray.store with an order. */
    public void store(long index, int order, long value) {
        locked(() -> writer.store(index, order, Entry.value(value), null));
    }

    /** As XArray.store with an order. */
    public void storeObject(long index, int order, Object object) {
        locked(() -> writer.store(index, order, Entry.OBJECT, object));
    }

    /** As eraseRange of either. */
    public void erase(long index, int order) {
        locked(() -> writer.eraseBlock(index, order));
    }

    /** As fill of LongXArray. */
    public void fill(long first, long last, long value) {
        locked(() -> writer.ranges().fill(first, last, Entry.value(value), null));
    }

    /** As split of either. */
    public void split(long index, int order) {
        locked(() -> writer.ranges().split(writer.locate(index), index, order));
    }

    /** As splitTo of either. */
    public void splitTo(long index, int order) {
        locked(() -> writer.ranges().splitTo(writer.locate(index), index, order));
    }

    /** From here on writers that stay inside a leaf lock only it. */
    public void share() {
        locked(tree.lock()::shareLeaves);
    }

    /** As LongXArray.store, in its leaf alone if it can be. */
    public void storeInLeaf(long index, long value) {
        if (tree.lock().put(index, Entry.value(value)) == LeafWriter.REFUSED) {
            store(index, value);
        }
    }

    /** As LongXArray.erase, in its leaf alone if it can be. */
    public void eraseInLeaf(long index) {
        if (tree.lock().remove(index) == LeafWriter.REFUSED) {
            erase(index);
        }
    }

    // What is refused, since the other holds the leaf's lock and has lost its processor, is tried again: here it is not to be done in another way.

    /** As storeInLeaf; gives the old value. */
    public long exchangeInLeaf(long index, long value) {
        return decode(untilDone(() -> tree.lock().put(index, Entry.value(value))));
    }

    /** As eraseInLeaf; gives the old value. */
    public long takeInLeaf(long index) {
        return decode(untilDone(() -> tree.lock().remove(index)));
    }

    /** As LongXArray.compareAndSet, in its leaf. */
    public boolean replaceInLeaf(long index, long expected, long value) {
        return untilDone(() -> tree.lock().exchange(index, Entry.value(expected), Entry.value(value))) == Entry
                .value(expected);
    }

    /** As LongXArray.getAndAdd, in its leaf. */
    public long addInLeaf(long index, long delta) {
        return decode(untilDone(() -> tree.lock().add(index, delta)));
    }

    private static long untilDone(LongSupplier change) {
        for (;;) {
            long old = change.getAsLong();
            if (old != LeafWriter.REFUSED) {
                return old;
            }
        }
    }

    /** As XArray.store, in its leaf; gives the old object. */
    public Object exchangeObjectInLeaf(long index, Object object) {
        Object old;
        do {
            old = tree.lock().put(tree.mirror(), index, object);
        } while (LeafWriter.isRefused(old));
        return old;
    }

    /** As XArray.erase, in its leaf; gives the old object. */
    public Object takeObjectInLeaf(long index) {
        Object old;
        do {
            old = tree.lock().remove(tree.mirror(), index);
        } while (LeafWriter.isRefused(old));
        return old;
    }

    /** An erase in a leaf that takes away what it has read before, instead of what is there; for controls. */
    public long readThenEmpty(long index) {
        long slot = writer.locate(index);
        long old = NodeAccess.slotAcquire(tree.basePlain() + slot, index & 63);
        NodeAccess.setSlotRelease(tree.basePlain() + slot, index & 63, Entry.ABSENT);
        return decode(old);
    }

    /** Puts back what {@link #readThenEmpty} left: a slot that is empty, and counted. */
    public void refill(long index) {
        NodeAccess.setSlotRelease(tree.basePlain() + writer.locate(index), index & 63, Entry.value(0));
    }

    /** A store that forgot all locks; for controls. */
    public void storeUnlocked(long index, long value) {
        writer.put(writer.locate(index), index, Entry.value(value), null);
    }

    /** As find of LongXArray: index and value, or twice ABSENT. */
    public long[] find(long from) {
        long[] found = {ABSENT, ABSENT};
        Scan.run(tree, FIND, from, -1L, NodeLayout.PRESENT, found);
        return found;
    }

    private static final Visit<long[]> FIND = new Visit<>() {
        @Override
        public int slot(Tree tree, long seen, long node, int slot, long index, long[] sink) {
            long word = NodeAccess.slotAcquire(tree.basePlain() + node, slot);
            if (!tree.sequence().unchangedSince(seen)) {
                return MOVED;
            }
            if (!Entry.isValue(word)) {
                return NEXT;
            }
            sink[0] = index;
            sink[1] = Entry.toValue(word);
            return STOP;
        }

        @Override
        public int lone(Tree tree, long seen, long head, long[] sink) {
            sink[0] = 0;
            sink[1] = decode(head);
            return STOP;
        }
    };

    /** Recycles what is in quarantine, as a full batch does. */
    public void recycle() {
        locked(() -> {
            nodes().recycle();
            if (tree.packs() != null) {
                tree.packs().pool().recycle();
            }
        });
    }

    /** As mark of either. */
    public void mark(long index, int mark) {
        locked(() -> writer.mark(index, mark));
    }

    /** Sets the object of a slot, and nothing else; with the lock. */
    public void setObject(long node, int slot, Object object) {
        tree.mirror().setRelease(node, slot, object);
    }

    /** The node pool. */
    public NodePool nodes() {
        return tree.nodes();
    }

    /** The value of a word that a load gave. */
    public static long decode(long word) {
        return Entry.isValue(word) ? Entry.toValue(word) : ABSENT;
    }

    /** Runs with the writers' lock. */
    public void locked(Runnable change) {
        tree.lock().lock();
        try {
            change.run();
        } finally {
            tree.lock().unlock();
        }
    }
}
