package org.quern.xarray.tree;

import java.lang.ref.Reference;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;

/**
 * The changes of {@link LeafWriter} beside other writers: inside a gate of {@link LeafLocks}, so that the leaf stays where it is, but not alone in it.
 *
 * <p>Invariants of a leaf in which several are at work.
 * <ol>
 * <li>A slot goes from one value to another by a compare-and-set that anybody may make. It goes from absent to a value, or back, only by who holds the leaf's lock; so do present bits and counts.
 * Of objects the same is true of the place in the mirror.
 * <li>So who holds the lock and has found a slot absent knows that it stays so, and who has found a value there knows that there will be one, though perhaps another.
 * <li>Marks go only with an entry that certainly goes: who takes away what must be the expected one, and may find another, refuses where there are marks.
 * <li>Each change is one compare-and-set or exchange of a slot, or of a place in the mirror: there it takes effect.
 * </ol>
 */
final class SharedLeafWriter extends LeafLocks {
    private final Tree tree;
    private final LeafWriter leaves;

    SharedLeafWriter(Tree tree, LeafWriter leaves) {
        super(leaves);
        this.tree = tree;
        this.leaves = leaves;
    }

    /** As {@link LeafWriter#put(long, long)}. */
    long put(long index, long word) {
        int gate = enter();
        try {
            long leaf = leaf(gate, index);
            return leaf == 0 ? LeafWriter.REFUSED : put(leaf, index, word);
        } finally {
            goOut(gate);
        }
    }

    private long put(long leaf, long index, long word) {
        long address = tree.basePlain() + leaf;
        int slot = Geometry.leafSlot(index);
        long old = NodeAccess.slotAcquire(address, slot);
        for (;;) {
            while (Entry.isValue(old)) {
                long found = NodeAccess.compareAndExchangeSlotVolatile(address, slot, old, word);
                if (found == old) {
                    return old;
                }
                old = found;
            }
            old = fill(address, slot, word);
            if (!Entry.isValue(old)) {
                return old;
            }
        }
    }

    /** What was there: if it is a value by now, nothing was done. */
    private long fill(long address, int slot, long word) {
        if (!lock(address)) {
            return LeafWriter.REFUSED;
        }
        long old = NodeAccess.slotAcquire(address, slot);
        if (old == Entry.ABSENT) {
            occupied(address, slot, word);
        } else if (!Entry.isValue(old)) {
            old = LeafWriter.REFUSED;
        }
        unlock(address);
        return old;
    }

    /** As {@link LeafWriter#exchange(long, long, long)}. */
    long exchange(long index, long expected, long word) {
        int gate = enter();
        try {
            long leaf = leaf(gate, index);
            return leaf == 0 ? LeafWriter.REFUSED : exchange(leaf, index, expected, word);
        } finally {
            goOut(gate);
        }
    }

    private long exchange(long leaf, long index, long expected, long word) {
        long address = tree.basePlain() + leaf;
        int slot = Geometry.leafSlot(index);
        if (Entry.isValue(expected) && Entry.isValue(word)) {
            return NodeAccess.compareAndExchangeSlotVolatile(address, slot, expected, word);
        }
        long old = NodeAccess.slotAcquire(address, slot);
        if (old != expected || old == word) {
            return old;
        }
        if (!lock(tree.basePlain() + leaf)) {
            return LeafWriter.REFUSED;
        }
        old = NodeAccess.slotAcquire(address, slot);
        if (old == expected) {
            old = old == Entry.ABSENT
                    ? occupied(address, slot, word)
                    : Entry.isValue(old) && leaves.staysUnmarkedIn(leaf, slot)
                            ? vacated(address, slot, expected)
                            : LeafWriter.REFUSED;
        }
        unlock(tree.basePlain() + leaf);
        return old;
    }

    private static long occupied(long address, int slot, long word) {
        LeafWriter.occupy(address, slot, 1);
        return NodeAccess.exchangeSlotVolatile(address, slot, word);
    }

    private static long vacated(long address, int slot, long expected) {
        long found = NodeAccess.compareAndExchangeSlotVolatile(address, slot, expected, Entry.ABSENT);
        if (found == expected) {
            LeafWriter.vacate(address, slot, 1);
        }
        return found;
    }

    /** As {@link LeafWriter#add}. */
    long add(long index, long delta) {
        int gate = enter();
        try {
            long leaf = leaf(gate, index);
            return leaf == 0 ? LeafWriter.REFUSED : add(leaf, index, delta);
        } finally {
            goOut(gate);
        }
    }

    private long add(long leaf, long index, long delta) {
        long address = tree.basePlain() + leaf;
        int slot = Geometry.leafSlot(index);
        long old = NodeAccess.slotAcquire(address, slot);
        for (;;) {
            long sum = Entry.toValue(old) + delta;
            if (!Entry.isValue(old) || sum < 0) {
                return LeafWriter.REFUSED;
            }
            long found = NodeAccess.compareAndExchangeSlotVolatile(address, slot, old, Entry.value(sum));
            if (found == old) {
                return old;
            }
            old = found;
        }
    }

    /** As {@link LeafWriter#remove(long)}. */
    long remove(long index) {
        int gate = enter();
        try {
            long leaf = leaf(gate, index);
            return leaf == 0 ? LeafWriter.REFUSED : remove(leaf, index);
        } finally {
            goOut(gate);
        }
    }

    private long remove(long leaf, long index) {
        long address = tree.basePlain() + leaf;
        int slot = Geometry.leafSlot(index);
        if (NodeAccess.slotAcquire(address, slot) == Entry.ABSENT) {
            return Entry.ABSENT;
        }
        if (!lock(tree.basePlain() + leaf)) {
            return LeafWriter.REFUSED;
        }
        long old = NodeAccess.slotAcquire(address, slot);
        if (Entry.isValue(old) && leaves.staysIn(leaf, slot)) {
            old = NodeAccess.exchangeSlotVolatile(address, slot, Entry.ABSENT);
            LeafWriter.vacate(address, slot, 1);
        } else if (old != Entry.ABSENT) {
            old = LeafWriter.REFUSED;
        }
        unlock(tree.basePlain() + leaf);
        return old;
    }

    /** As {@link LeafWriter#put(Mirror, long, Object)}. */
    @Nullable
    Object put(Mirror mirror, long index, Object content) {
        int gate = enter();
        try {
            long leaf = leaf(gate, index);
            return leaf == 0 ? LeafWriter.REFUSED_CONTENT : put(mirror, leaf, index, content);
        } finally {
            goOut(gate);
        }
    }

    private @Nullable Object put(Mirror mirror, long leaf, long index, Object content) {
        int slot = Geometry.leafSlot(index);
        for (;;) {
            Object old = mirror.getAcquire(leaf, slot);
            if (old == null) {
                long word = fill(mirror, leaf, slot, content);
                if (word != Entry.OBJECT) {
                    return word == Entry.ABSENT ? null : LeafWriter.REFUSED_CONTENT;
                }
            } else if (mirror.compareAndSetVolatile(leaf, slot, old, content)) {
                return old;
            }
        }
    }

    /** The word that was there: if it is that of an object by now, nothing was done. */
    private long fill(Mirror mirror, long leaf, int slot, Object content) {
        long address = tree.basePlain() + leaf;
        if (!lock(address)) {
            return LeafWriter.REFUSED;
        }
        long word = NodeAccess.slotAcquire(address, slot);
        if (word == Entry.ABSENT) {
            occupy(mirror, leaf, slot, content);
        }
        unlock(address);
        return word;
    }

    private void occupy(Mirror mirror, long leaf, int slot, Object content) {
        LeafWriter.occupy(tree.basePlain() + leaf, slot, 0);
        mirror.setRelease(leaf, slot, content);
        NodeAccess.exchangeSlotVolatile(tree.basePlain() + leaf, slot, Entry.OBJECT);
    }

    /** As {@link LeafWriter#exchange(Mirror, long, Object, Object)}. */
    @Nullable
    Object exchange(Mirror mirror, long index, @Nullable Object expected, @Nullable Object content) {
        int gate = enter();
        try {
            long leaf = leaf(gate, index);
            return leaf == 0 ? LeafWriter.REFUSED_CONTENT : exchange(mirror, leaf, index, expected, content);
        } finally {
            goOut(gate);
        }
    }

    @SuppressWarnings("ReferenceEquality") // objects are compared by identity: that is the contract
    private @Nullable Object exchange(Mirror mirror, long leaf, long index, @Nullable Object expected,
            @Nullable Object content) {
        int slot = Geometry.leafSlot(index);
        for (;;) {
            Object old = mirror.getAcquire(leaf, slot);
            if (old != null && mirror.objectOf(old) != expected) {
                return old;
            }
            if (old == null || content == null) {
                return exchangeLocked(mirror, leaf, index, expected, content);
            }
            if (mirror.compareAndSetVolatile(leaf, slot, old, content)) {
                return old;
            }
        }
    }

    private @Nullable Object exchangeLocked(Mirror mirror, long leaf, long index, @Nullable Object expected,
            @Nullable Object content) {
        if (!lock(tree.basePlain() + leaf)) {
            return LeafWriter.REFUSED_CONTENT;
        }
        int slot = Geometry.leafSlot(index);
        Object found = leaves.content(mirror, leaf, slot);
        if (found == null && expected == null && content != null) {
            occupy(mirror, leaf, slot, content);
        } else if (found != null && !LeafWriter.isRefused(found)) {
            found = exchangeFilled(mirror, leaf, slot, expected, content);
        }
        unlock(tree.basePlain() + leaf);
        return found;
    }

    /** Where an object is, and one will be until the caller takes it away. */
    @SuppressWarnings("ReferenceEquality") // as above
    private @Nullable Object exchangeFilled(Mirror mirror, long leaf, int slot, @Nullable Object expected,
            @Nullable Object content) {
        for (;;) {
            Object old = mirror.getAcquire(leaf, slot);
            if (old == null || mirror.objectOf(old) != expected) {
                return old;
            }
            if (content == null && !leaves.staysUnmarkedIn(leaf, slot)) {
                return LeafWriter.REFUSED_CONTENT;
            }
            if (mirror.compareAndSetVolatile(leaf, slot, old, content)) {
                if (content == null) {
                    emptied(leaf, slot);
                }
                return old;
            }
        }
    }

    /** As {@link LeafWriter#remove(Mirror, long)}. */
    @Nullable
    Object remove(Mirror mirror, long index) {
        int gate = enter();
        try {
            long leaf = leaf(gate, index);
            return leaf == 0 ? LeafWriter.REFUSED_CONTENT : remove(mirror, leaf, index);
        } finally {
            goOut(gate);
        }
    }

    private @Nullable Object remove(Mirror mirror, long leaf, long index) {
        if (!lock(tree.basePlain() + leaf)) {
            return LeafWriter.REFUSED_CONTENT;
        }
        int slot = Geometry.leafSlot(index);
        Object old = leaves.content(mirror, leaf, slot);
        if (old != null && !LeafWriter.isRefused(old)) {
            if (leaves.staysIn(leaf, slot)) {
                old = mirror.emptyVolatile(leaf, slot);
                emptied(leaf, slot);
            } else {
                old = LeafWriter.REFUSED_CONTENT;
            }
        }
        unlock(tree.basePlain() + leaf);
        return old;
    }

    private void emptied(long leaf, int slot) {
        long address = tree.basePlain() + leaf;
        NodeAccess.setSlotRelease(address, slot, Entry.ABSENT);
        LeafWriter.vacate(address, slot, 0);
    }

    /** The leaf of an index, which stays where it is; 0 if there is none, or the caller could not go in. */
    private long leaf(int gate, long index) {
        return gate == NONE || leaves.refuses() ? 0 : LeafWriter.leafOf(tree, index);
    }

    /** As {@link LeafWriter}: keeps the tree reachable until here. */
    private void goOut(int gate) {
        try {
            if (gate != NONE) {
                leave(gate);
            }
        } finally {
            Reference.reachabilityFence(tree);
        }
    }
}
