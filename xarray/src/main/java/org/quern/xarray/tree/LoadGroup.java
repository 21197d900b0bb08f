package org.quern.xarray.tree;

import java.lang.ref.Reference;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.node.NodeAccess;

/**
 * Loads of several indices at once, level by level: the words of all in the root, then of all one level down, and so on to the leaves. The loads of a level do not depend on each
 * other, so the processor has many of them under way; and where one waits for memory, it waits for the others too.
 *
 * <pre>
 *   one by one     root - node - leaf - slot   root - node - leaf - slot ..     each waits for the one before
 *   in a group     root[0..63]   node[0..63]   leaf[0..63]   slot[0..63]
 * </pre>
 *
 * A word that is no link stays as it is: so an entry above the leaves, and nothing at all, need no case of their own.
 *
 * <p>Where the {@link LeafMap} knows all leaves of a group, there are two steps instead: where the slots are, and what is in them. The second is five instructions a slot, so that the
 * processor has as many misses under way as in a loop over an array.
 *
 * <p>A group is validated as a whole: if the sequence moved, all of it is loaded again. So each index reads what a load of its own would have read, at a time between the beginning
 * of the group and its end; two indices of a group are not of one moment.
 *
 * <p>Cost at a million entries, ns: long[] 2.9, known leaves 3.7, level by level 5.6, {@link Descent} one after the other 10 to 15, where the processor's window holds some five walks.
 *
 * <p>Scratch space of one thread.
 */
public final class LoadGroup {
    /** Most indices of a group that walks: as many slots as a processor can wait for at once, several times over, and small enough that a group is rarely sent back. */
    public static final int SIZE = 64;

    /** Most indices of a group whose leaves are known: what begins and ends a group is then more than the rest. */
    public static final int MOST = 4 * SIZE;

    private final long[] links = new long[MOST];
    private final long[] slots = new long[MOST];

    /** Scratch space. */
    public LoadGroup() {}

    /**
     * The words at some indices, read without a lock.
     *
     * @param tree the tree
     * @param indices any indices
     * @param from the first of them to look at
     * @param count how many, at most {@link #MOST}
     * @param words receives the words, at the same places
     * @return how many were read: fewer only if the array is closed
     */
    public int words(Tree tree, long[] indices, int from, int count, long[] words) {
        try {
            LeafMap map = tree.leafMap();
            if (map != null && wordsOf(tree, map, indices, from, count, words)) {
                return count;
            }
            for (int done = 0; done < count; done += SIZE) {
                if (!walk(tree, indices, from + done, Math.min(SIZE, count - done), words)) {
                    return done;
                }
            }
            return count;
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    /** Where all leaves are known: first where all slots are, then what is in them. False if a walk has to decide. */
    private boolean wordsOf(Tree tree, LeafMap map, long[] indices, int from, int count, long[] words) {
        long[] found = slots;
        long seen;
        do { // again only if a batch of nodes was recycled meanwhile
            seen = tree.sequence().readAcquire();
            if (!map.slots(indices, from, count, found)) {
                return false;
            }
            for (int i = 0; i < count; i++) {
                words[from + i] = NodeAccess.wordAcquire(found[i]);
            }
        } while (!tree.sequence().unchangedSince(seen));
        return true;
    }

    /** Level by level; false if the array is closed. */
    private static boolean walk(Tree tree, long[] indices, int from, int count, long[] words) {
        long root;
        long seen;
        do { // again only if a batch of nodes was recycled meanwhile
            seen = tree.sequence().readAcquire();
            root = tree.headAcquire();
            if (Entry.isRoot(root)) {
                descend(tree, root, indices, from, count, words, from, 0);
            } else {
                for (int i = from; i < from + count; i++) {
                    words[i] = Tree.loneWord(root, indices[i]);
                }
            }
        } while (!tree.sequence().unchangedSince(seen));
        return root != Entry.CLOSED && (!tree.isSparse() || unpack(tree, indices, from, count, words));
    }

    /** Of packed nodes each word is loaded by itself; false if the array is closed. */
    private static boolean unpack(Tree tree, long[] indices, int from, int count, long[] words) {
        for (int i = from; i < from + count; i++) {
            if (Packed.isPacked(words[i])) {
                words[i] = tree.word(indices[i]);
                if (words[i] == Entry.CLOSED) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The words that the walks to some indices find in nodes of a shift; or in one above, where a walk ends there. */
    private static void descend(Tree tree, long root, long[] indices, int from, int count, long[] words, int to,
            int lowest) {
        long poolBase = tree.basePlain();
        long linkMask = tree.linkMaskPlain();
        int shift = Entry.rootShift(root);
        for (int i = 0; i < count; i++) {
            long index = indices[from + i];
            words[to + i] = Geometry.covers(shift, index)
                    ? NodeAccess.slotAcquire(poolBase + root, Geometry.digit(index, shift))
                    : Entry.ABSENT;
        }
        while (shift > lowest) {
            shift -= Geometry.DIGIT_BITS;
            level(poolBase, linkMask, shift, indices, from, count, words, to);
        }
    }

    /** One level down. Safe because what is followed is a root or has passed isLink; {@link NodeAccess} drops what it has beside the offset. */
    private static void level(long poolBase, long linkMask, int shift, long[] indices, int from, int count,
            long[] words, int to) {
        for (int i = 0; i < count; i++) {
            long word = words[to + i];
            if (Entry.isLink(word, linkMask)) {
                words[to + i] = NodeAccess.slotAcquire(poolBase + word, Geometry.digit(indices[from + i], shift));
            }
        }
    }

    /** The addresses of the slots of some indices, for a writer; null if not all leaves are known. Valid until the next call. */
    long @Nullable [] slots(Tree tree, long[] indices, int from, int count) {
        LeafMap map = tree.leafMap();
        return map != null && map.slots(indices, from, count, slots) ? slots : null;
    }

    /**
     * The leaves of some indices; 0 for one that has none.
     *
     * @return the array, valid while nothing moves, and until the next call
     */
    long[] leaves(Tree tree, long head, long[] indices, int from, int count) {
        LeafMap map = tree.leafMap();
        if (map != null && map.leaves(indices, from, count, links)) {
            return links;
        }
        int shift = Entry.isRoot(head) ? Entry.rootShift(head) : 0;
        for (int done = 0; shift > 0 && done < count; done += SIZE) {
            descend(tree, head, indices, from + done, Math.min(SIZE, count - done), links, done, Geometry.DIGIT_BITS);
        }
        long linkMask = tree.linkMaskPlain();
        for (int i = 0; i < count; i++) {
            if (shift > 0) {
                links[i] = Entry.isLink(links[i], linkMask) ? Entry.toOffset(links[i]) : 0;
            } else {
                boolean inRoot = Entry.isRoot(head) && Geometry.covers(0, indices[from + i]);
                links[i] = inRoot ? Entry.rootOffset(head) : 0;
            }
        }
        return links;
    }

    /**
     * The objects at some indices, read without a lock.
     *
     * @param tree a tree with a mirror
     * @param indices any indices
     * @param from the first of them to look at
     * @param count how many, at most {@link #MOST}
     * @param contents receives the objects, at the same places; null where there is none
     * @throws IllegalStateException if the array is closed
     */
    @SuppressWarnings("NullAway") // contents may be null: the array's type cannot say so where it is the user's
    public void contents(Tree tree, long[] indices, int from, int count, @Nullable Object[] contents) {
        Mirror mirror = Objects.requireNonNull(tree.mirror());
        try {
            long seen;
            do { // again only if a batch of nodes was recycled, or an entry moved, meanwhile
                seen = tree.sequence().readAcquire();
                long[] found = leaves(tree, tree.headAcquire(), indices, from, count);
                for (int i = 0; i < count; i++) { // leaf 0 is no node and has no mirror
                    contents[from + i] = mirror
                            .objectOf(mirror.getAcquire(found[i], Geometry.leafSlot(indices[from + i])));
                }
            } while (!tree.sequence().unchangedSince(seen));
            for (int i = 0; i < count; i++) {
                if (links[i] == 0) { // an entry above the leaves, or in the head, or none
                    contents[from + i] = mirror.objectOf(tree.loadContent(mirror, indices[from + i]));
                }
            }
        } finally {
            Reference.reachabilityFence(tree);
        }
    }
}
