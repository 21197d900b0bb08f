package org.quern.xarray.node;

import java.lang.invoke.VarHandle;

import org.quern.kapi.raw.RawMemory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * The only file that touches what packed nodes have beyond nodes: their keys. A packed node is given by its absolute address. Words, bitmaps, counts and parent are where nodes have
 * them, and reached by {@link NodeAccess}.
 *
 * <p>Safe because of three facts, which hold for every call:
 * <ol>
 * <li>the address is that of a block of the pool of its size class: only a link that a writer made leads here, and it is checked against the pool's bounds;
 * <li>positions are 0..63 and below the class's capacity, whatever a racing reader finds in a block that is being reused;
 * <li>the pool's addresses stay mapped as long as the pool object is reachable, also after its close, and the array that calls holds it.
 * </ol>
 */
public final class PackAccess {
    private static final VarHandle WORD = JAVA_LONG.varHandle();

    /** What an address can have set: see {@link NodeAccess}. */
    private static final long NODE_BITS = (1L << 56) - 64;

    private static final long EIGHT = 0xff;
    private static final int CLASS_AT = 8;
    private static final long FOREVER = -1L;

    private PackAccess() {}

    /**
     * Makes a block a packed node without entries. Plain: it is private until a link to it is published.
     *
     * @param pack address
     * @param sizeClass its class
     * @param keys how many keys it will have
     */
    public static void initPlain(long pack, int sizeClass, int keys) {
        for (long at = 0; at < NodeLayout.SLOTS; at += NodeLayout.WORD_BYTES) {
            set(pack, at, 0);
        }
        set(pack, PackLayout.KEYS, (long) sizeClass << CLASS_AT | keys);
    }

    /**
     * Number of keys. Plain: constant while the node can be reached, published by the link that led to it.
     *
     * @param pack address
     * @return 0..64
     */
    public static int keysPlain(long pack) {
        long word = get(pack, PackLayout.KEYS);
        return (int) Math.min(word & EIGHT, PackLayout.capacity(sizeClassPlain(pack)));
    }

    /**
     * Size class. Plain: constant while the node can be reached.
     *
     * @param pack address
     * @return a class that exists
     */
    public static int sizeClassPlain(long pack) {
        return (int) Math.min(get(pack, PackLayout.KEYS) >>> CLASS_AT & EIGHT, PackLayout.classes() - 1);
    }

    /**
     * A key. Plain: constant while the node can be reached.
     *
     * @param pack address
     * @param sizeClass its class
     * @param position 0..63, below the capacity
     * @return an index
     */
    public static long keyPlain(long pack, int sizeClass, int position) {
        return get(pack, keyAt(sizeClass, position));
    }

    /**
     * Sets a key of a private node.
     *
     * @param pack address
     * @param sizeClass its class
     * @param position 0..63, below the capacity
     * @param key an index
     */
    public static void setKeyPlain(long pack, int sizeClass, int position, long key) {
        set(pack, keyAt(sizeClass, position), key);
    }

    /**
     * Whether another node has taken this one's place. Pairs with {@link #setMovedRelease}.
     *
     * @param pack address
     * @return true if what is read here from now on may be out of date
     */
    public static boolean movedAcquire(long pack) {
        return NodeAccess.bitmapAcquire(pack, PackLayout.MOVED) != 0;
    }

    /**
     * Says that another node has taken this one's place. Pairs with {@link #movedAcquire}; the store that published the other node is before it.
     *
     * @param pack address
     */
    public static void setMovedRelease(long pack) {
        NodeAccess.setBitmapRelease(pack, PackLayout.MOVED, FOREVER);
    }

    private static long keyAt(int sizeClass, int position) {
        return NodeLayout.slot(PackLayout.capacity(sizeClass)) + position * NodeLayout.WORD_BYTES;
    }

    private static long get(long pack, long offset) {
        return (long) WORD.get(RawMemory.EVERYTHING, (pack & NODE_BITS) + offset);
    }

    private static void set(long pack, long offset, long word) {
        WORD.set(RawMemory.EVERYTHING, (pack & NODE_BITS) + offset, word);
    }
}
