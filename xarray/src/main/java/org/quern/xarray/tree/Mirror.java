package org.quern.xarray.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.recycle.NodePool;

/**
 * The objects of an {@code XArray}: a table on the heap that mirrors the leaves, and those nodes above them that hold entries.
 *
 * <pre>
 *   off heap                         on the heap
 *   leaf at offset o                 leaves[o >>> 9] ---> Object[64]
 *     slot 7: OBJECT   ...............................      [7] ---> the object
 *   head:     OBJECT   ...............................    head  ---> the object
 * </pre>
 *
 * <b>The mirror is the truth</b> about content: an entry is there exactly if its place in the mirror is not null. The word and the present bit off the heap
 * only lead searches there. So each operation has one store that makes it happen, as with values: the Release store to the mirror, which is also what
 * publishes the object. Nodes are 576 bytes apart, so {@code offset >>> 9} is different for each.
 *
 * <p><b>One rule of reuse for both halves</b>: a place in the mirror - of a leaf that was retired, or the head's - is emptied or given to another node only after the
 * recycle sequence was advanced. A reader that finds null because its entry moved elsewhere is sent back.
 *
 * <p>The mirror of a leaf goes with the leaf, so the heap holds 64 references for each leaf in use or in quarantine, and no reference to an erased object.
 *
 * <p>Rejected: handles (an object table with a free list; one more load and a second thing to recycle; slower in load, replace and collection).
 */
public final class Mirror implements NodePool.Recycled {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle HEAD;
    private static final int NODE_NUMBER_SHIFT = 9;
    private static final int KEPT_SPARES = 2;
    private static final Object[][] EMPTY = {};
    private static final @Nullable Object[] NOTHING = {};

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(Mirror.class, "head", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // accessed through HEAD
    private volatile @Nullable Object head;

    /** Replaced, with all it had, before a link to a leaf that it lacked is published; so Plain is enough for who followed such a link. */
    private Object[][] leaves = EMPTY;

    /** Of packed nodes; null in arrays that have none. */
    private @Nullable PackMirror packs;

    /** Set before the first tagged object is published, and never cleared: so who has read one sees it set, and nobody else looks into objects. */
    private boolean tagging;

    private Object[][] spare = new Object[KEPT_SPARES][];
    private int spares;

    /** An empty mirror. */
    public Mirror() {}

    /**
     * The content of a slot of a leaf. Pairs with {@link #setRelease}. Never fails, whatever a racing reader asks for.
     *
     * @param leaf offset of the leaf
     * @param slot 0..63
     * @return null if the slot is empty
     */
    public @Nullable Object getAcquire(long leaf, int slot) {
        Object[][] table = leaves;
        long number = leaf >>> NODE_NUMBER_SHIFT;
        if (number >= table.length) {
            return packs == null ? null : packs.getAcquire(leaf, slot);
        }
        Object[] mirror = table[(int) number];
        return mirror == null ? null : ELEMENT.getAcquire(mirror, slot);
    }

    /**
     * The places of a leaf, for who visits several: they are the leaf's until it is recycled. Never fails, whatever a racing reader asks for.
     *
     * @param leaf offset of the leaf
     * @return what to give to {@link #elementAcquire}; none if there is no such leaf
     */
    public @Nullable Object[] contents(long leaf) {
        Object[][] table = leaves;
        long number = leaf >>> NODE_NUMBER_SHIFT;
        Object[] mirror = number < table.length ? table[(int) number] : null;
        return mirror == null ? NOTHING : mirror;
    }

    /**
     * The content of a place. Pairs with {@link #setRelease}.
     *
     * @param contents from {@link #contents}
     * @param slot 0..63
     * @return null if the slot is empty
     */
    public static @Nullable Object elementAcquire(@Nullable Object[] contents, int slot) {
        return slot < contents.length ? ELEMENT.getAcquire(contents, slot) : null;
    }

    /**
     * Sets or empties a slot of a leaf. Called with the lock; pairs with {@link #getAcquire}.
     *
     * @param leaf offset of the leaf
     * @param slot 0..63
     * @param content null to empty it
     */
    public void setRelease(long leaf, int slot, @Nullable Object content) {
        if (packs != null && Place.isPacked(leaf)) {
            packs.setRelease(leaf, slot, content);
            return;
        }
        ELEMENT.setRelease(leaves[(int) (leaf >>> NODE_NUMBER_SHIFT)], slot, content);
    }

    /**
     * Replaces the content of a slot of a leaf if it is as expected, by identity; where other writers may do so at the same time. A full fence; pairs with itself, {@link #emptyVolatile} and
     * {@link #getAcquire}.
     *
     * @param leaf offset of the leaf
     * @param slot 0..63
     * @param expected the content to be there
     * @param content the new content, or null
     * @return whether it was there
     */
    boolean compareAndSetVolatile(long leaf, int slot, Object expected, @Nullable Object content) {
        return ELEMENT.compareAndSet(leaves[(int) (leaf >>> NODE_NUMBER_SHIFT)], slot, expected, content);
    }

    /**
     * Empties a slot of a leaf; where other writers may replace its content at the same time. A full fence; pairs with {@link #compareAndSetVolatile} and {@link #getAcquire}.
     *
     * @param leaf offset of the leaf
     * @param slot 0..63
     * @return the content that was there
     */
    @Nullable
    Object emptyVolatile(long leaf, int slot) {
        return ELEMENT.getAndSet(leaves[(int) (leaf >>> NODE_NUMBER_SHIFT)], slot, null);
    }

    /**
     * The content of a lone entry in the head. Pairs with {@link #setHeadRelease}.
     *
     * @return null if there is none
     */
    public @Nullable Object headAcquire() {
        return HEAD.getAcquire(this);
    }

    /**
     * Sets or empties the head's place. Called with the lock; pairs with {@link #headAcquire}.
     *
     * @param content null to empty it
     */
    void setHeadRelease(@Nullable Object content) {
        HEAD.setRelease(this, content);
    }

    /**
     * What to put into a place for an object with a tag. Called with the lock; publishing the result, a release, is what {@link #objectOf} and {@link #tagOf} rely on.
     *
     * @param object the object
     * @param tag 0..3
     * @return a place's content
     */
    public Object tagged(Object object, int tag) {
        if (tag == 0) {
            return object;
        }
        tagging = true;
        return new Tagged(object, tag);
    }

    /**
     * The object of a place.
     *
     * @param content what was read from the place
     * @return the object without its tag, or null
     */
    public @Nullable Object objectOf(@Nullable Object content) {
        return tagging && content instanceof Tagged pair ? pair.object() : content;
    }

    /**
     * The tag of a place.
     *
     * @param content what was read from the place
     * @return 0..3; 0 also for null
     */
    public int tagOf(@Nullable Object content) {
        return tagging && content instanceof Tagged pair ? pair.tag() : 0;
    }

    /**
     * Makes sure that the next {@link #adopt}s need no memory; may throw OutOfMemoryError, and has changed nothing then.
     *
     * @param highest highest offset that may be adopted
     * @param count how many nodes
     */
    void reserve(long highest, int count) {
        int number = (int) (highest >>> NODE_NUMBER_SHIFT);
        if (number >= leaves.length) {
            leaves = Arrays.copyOf(leaves, Math.max(number + 1, leaves.length + (leaves.length >> 1)));
        }
        if (count > spare.length) {
            spare = Arrays.copyOf(spare, count);
        }
        while (spares < count) {
            spare[spares] = new Object[Geometry.SLOTS];
            spares++;
        }
    }

    /** Gives the packed nodes of a sparse array their mirror. */
    void attach(PackMirror ofPacks) {
        packs = ofPacks;
    }

    /** Lets go what a large operation reserved and did not need. */
    void trim() {
        if (spare.length > KEPT_SPARES) {
            spare = Arrays.copyOf(spare, KEPT_SPARES);
            spares = Math.min(spares, KEPT_SPARES);
        }
    }

    /**
     * Whether a node has a mirror; leaves always have. Called with the lock.
     *
     * @param node its offset
     * @return true if contents of its slots can be set
     */
    boolean covers(long node) {
        if (Place.isPacked(node)) {
            return true;
        }
        int number = (int) (node >>> NODE_NUMBER_SHIFT);
        return number < leaves.length && leaves[number] != null;
    }

    /**
     * Makes sure that a node in the tree has a mirror; may throw OutOfMemoryError, and has changed nothing then.
     *
     * @param node its offset
     */
    void cover(long node) {
        if (!covers(node)) {
            reserve(node, 1);
            adopt(node);
        }
    }

    /**
     * Gives a new node its mirror.
     *
     * @param leaf its offset
     */
    @SuppressWarnings("NullAway") // a spare that was adopted is forgotten here, or it would be held after its leaf has gone
    void adopt(long leaf) {
        spares--;
        leaves[(int) (leaf >>> NODE_NUMBER_SHIFT)] = spare[spares];
        spare[spares] = null;
    }

    /** Lets everything go. Called after the sequence was advanced. */
    void reset() {
        leaves = EMPTY;
        if (packs != null) {
            packs.reset();
        }
        setHeadRelease(null);
    }

    @Override
    @SuppressWarnings("NullAway") // an element without mirror is null
    public void nodeRecycled(long offset) {
        int number = (int) (offset >>> NODE_NUMBER_SHIFT);
        if (number < leaves.length) {
            leaves[number] = null;
        }
    }
}
