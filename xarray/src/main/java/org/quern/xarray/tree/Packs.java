package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.node.PackAccess;
import org.quern.xarray.recycle.PackPool;

/**
 * The packed nodes of a sparse array as readers see them.
 *
 * <pre>
 *   root     [ .  link  P1  .  P2 ]              P1   keys    0x1 0000 0007   0x1 00ff 0000   0x1 0fff ffff
 *                  |                                  words   A               B               C
 *   node     [ P3  .  .  .  link ]
 * </pre>
 *
 * A slot above the leaves may link to a packed node: up to 64 entries anywhere under that slot, with their whole indices. It has one parent and stands for the subtree; one more entry
 * than fits becomes a node with packed nodes or, at the bottom, a leaf. So a tree of few entries far apart has as many levels as it takes to leave no more than 64 under a slot.
 *
 * <p>Invariants, beside those of {@link Tree}.
 * <ol>
 * <li>A packed node hangs in a slot of a node above the leaves; each of its keys lies under that slot; keys ascend.
 * <li>It has an entry at least, and none that spans indices.
 * <li>The bits of its marks are in its parent's slot, as those of a child are.
 * <li>It is moved exactly if the slot it hung in has another word.
 * </ol>
 *
 * Reading: find the slot as ever; if its word links to a packed node, search the keys, read the word, see that the node had not moved then. If it had, walk again.
 */
public final class Packs {
    private final Tree tree;
    private final PackPool pool;

    Packs(Tree tree, @Nullable Mirror mirror) {
        this.tree = tree;
        PackMirror objects = mirror == null ? null : new PackMirror(this);
        if (mirror != null && objects != null) {
            mirror.attach(objects);
        }
        this.pool = new PackPool(tree.nodes(), tree.sequence(), objects == null ? packed -> {} : objects::recycled);
        this.mirror = objects;
    }

    private final @Nullable PackMirror mirror;

    /**
     * The memory; for writers.
     *
     * @return the pool
     */
    public PackPool pool() {
        return pool;
    }

    @Nullable
    PackMirror mirror() {
        return mirror;
    }

    /**
     * The packed node of a place.
     *
     * @param place a place in a packed node
     * @return its address
     */
    public long address(long place) {
        return Place.pack(tree.basePlain(), place);
    }

    /**
     * Follows an index into the packed node in its slot, if there is one and has the key.
     *
     * @param place a place in a node
     * @param index the index
     * @return the place in the packed node, or {@code place}: then the word there, if it links to a packed node, is as good as absent
     */
    public long within(long place, long index) {
        long word = NodeAccess.slotAcquire(tree.basePlain() + Place.node(place), Place.slot(place, index));
        if (!Packed.isPacked(word)) {
            return place;
        }
        long pack = pool.addressOf(word);
        int sizeClass = Packed.sizeClass(word);
        int position = pack == 0 ? -1 : position(pack, sizeClass, index);
        return position >= 0 && position < PackAccess.keysPlain(pack)
                && PackAccess.keyPlain(pack, sizeClass, position) == index
                        ? Place.packed(tree.basePlain(), pack, position)
                        : place;
    }

    /** The position of the first key that is not below an index; the number of keys if there is none. */
    static int position(long pack, int sizeClass, long index) {
        int low = 0;
        int high = PackAccess.keysPlain(pack);
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(PackAccess.keyPlain(pack, sizeClass, middle), index) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Whether what was read at a place is to be read again: its packed node had been replaced by then.
     *
     * @param place any place in a node
     * @return false for one in no packed node
     */
    public boolean moved(long place) {
        return Place.isPacked(place) && PackAccess.movedAcquire(address(place));
    }

    /**
     * The word at a place of an index, as {@link Tree#place} gave it.
     *
     * @param place in a node or packed node
     * @param index the index
     * @return what the array has there; a link if that changed meanwhile
     */
    static long word(Tree tree, long place, long index) {
        long word = NodeAccess.slotAcquire(tree.basePlain() + Place.node(place), Place.slot(place, index));
        return Packed.isPacked(word) ? Entry.ABSENT : word;
    }

    /** Whether an entry has a mark. */
    static boolean isMarked(Tree tree, long place, int position, int mark) {
        return (NodeAccess.bitmapAcquire(tree.basePlain() + Place.node(place), NodeLayout.marks(mark)) >>> position
                & 1) != 0;
    }
}
