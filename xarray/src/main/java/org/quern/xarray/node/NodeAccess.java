package org.quern.xarray.node;

import java.lang.invoke.VarHandle;

import org.quern.kapi.raw.RawMemory;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * The only file that touches node memory. A node is given by its absolute address: the pool's base plus a byte offset.
 *
 * <p>Safe because of three facts, which hold for every call:
 * <ol>
 * <li>the offset is below the pool's limit: it is the pool's own answer to a writer, or it passed {@link org.quern.xarray.entry.Entry#isLink}, or it is the root
 * that a writer put into the head; and it is the start of a block, because slot positions of blocks never hold other words ({@link NodeLayout});
 * <li>slots are 0..63, bitmaps are named by constants of {@link NodeLayout}, so the access stays inside the block;
 * <li>the pool's addresses stay mapped as long as the pool object is reachable, also after its close, and the array that calls holds it.
 * </ol>
 *
 * <p>Memory order is in the name. Readers use Acquire; a writer holds the array's lock, reads Plain what only writers write, and publishes with
 * Release. The pairs are listed in {@code docs/memory-model/xarray.md}.
 *
 * <p>Why one segment over everything in a static final field: its bounds are constants for the compiler, so that an access costs what an access to a
 * {@code long[]} costs; a segment in an instance field costs half as much again.
 */
public final class NodeAccess {
    private static final VarHandle WORD = JAVA_LONG.varHandle();

    /** What the address of a node can have set: no address of a process reaches 2^56, and blocks are 64-byte aligned. */
    private static final long NODE_BITS = (1L << 56) - 64;

    /** And the address of a slot. */
    private static final long SLOT_BITS = (1L << 56) - NodeLayout.WORD_BYTES;

    private static final int OFFSET_AT = 6;
    private static final int COUNT_AT = 12;
    private static final int VALUE_COUNT_AT = 19;
    private static final int PARENT_AT = 26;
    private static final long SIX = 0x3f;
    private static final long SEVEN = 0x7f;
    private static final int PARENT_UNIT_SHIFT = 6;
    private static final long NOT_PLACE = SIX | SEVEN << COUNT_AT | SEVEN << VALUE_COUNT_AT;

    private NodeAccess() {}

    /**
     * Makes a zeroed block a node. Plain: the node is private until a link to it is published.
     *
     * @param node address
     * @param shift the node's shift
     * @param base first index it covers
     */
    public static void initPlain(long node, int shift, long base) {
        set(at(node, NodeLayout.INFO), shift);
        set(at(node, NodeLayout.BASE), base);
    }

    /**
     * Zeroes the header and slot 0 of a node whose other slots are empty already.
     *
     * @param node address
     */
    public static void scrubPlain(long node) {
        for (long at = 0; at <= NodeLayout.SLOTS; at += NodeLayout.WORD_BYTES) {
            set(at(node, at), 0);
        }
    }

    /**
     * Zeroes a whole node.
     *
     * @param node address
     */
    public static void wipePlain(long node) {
        for (long at = 0; at < NodeLayout.BYTES; at += NodeLayout.WORD_BYTES) {
            set(at(node, at), 0);
        }
    }

    /**
     * Reads a slot; pairs with {@link #setSlotRelease}.
     *
     * @param node address
     * @param slot 0..63
     * @return its word
     */
    public static long slotAcquire(long node, long slot) {
        return (long) WORD.getAcquire(RawMemory.EVERYTHING, at(node, NodeLayout.slot(slot)));
    }

    /**
     * The address of a slot, for who looks for several before reading the first.
     *
     * @param node address
     * @param slot 0..63
     * @return for {@link #wordAcquire}, {@link #wordPlain} and {@link #setWordRelease}
     */
    public static long slotAddress(long node, long slot) {
        return node + NodeLayout.slot(slot);
    }

    /**
     * Reads a slot; pairs with {@link #setSlotRelease} and {@link #setWordRelease}.
     *
     * @param address from {@link #slotAddress}
     * @return its word
     */
    public static long wordAcquire(long address) {
        return (long) WORD.getAcquire(RawMemory.EVERYTHING, address & SLOT_BITS);
    }

    /**
     * Reads a slot under the lock.
     *
     * @param address from {@link #slotAddress}
     * @return its word
     */
    public static long wordPlain(long address) {
        return get(address & SLOT_BITS);
    }

    /**
     * Publishes a slot; pairs with {@link #wordAcquire} and {@link #slotAcquire}.
     *
     * @param address from {@link #slotAddress}
     * @param word its word
     */
    public static void setWordRelease(long address, long word) {
        WORD.setRelease(RawMemory.EVERYTHING, address & SLOT_BITS, word);
    }

    /**
     * Reads a slot under the lock.
     *
     * @param node address
     * @param slot 0..63
     * @return its word
     */
    public static long slotPlain(long node, long slot) {
        return get(at(node, NodeLayout.slot(slot)));
    }

    /**
     * Writes a slot of a private node.
     *
     * @param node address
     * @param slot 0..63
     * @param word its word
     */
    public static void setSlotPlain(long node, long slot, long word) {
        set(at(node, NodeLayout.slot(slot)), word);
    }

    /**
     * Publishes a slot; pairs with {@link #slotAcquire}.
     *
     * @param node address
     * @param slot 0..63
     * @param word its word
     */
    public static void setSlotRelease(long node, long slot, long word) {
        WORD.setRelease(RawMemory.EVERYTHING, at(node, NodeLayout.slot(slot)), word);
    }

    /**
     * Publishes a slot if it is as expected; where other writers may do so at the same time. A full fence; pairs with itself, {@link #exchangeSlotVolatile} and {@link #slotAcquire}.
     *
     * @param node address
     * @param slot 0..63
     * @param expected the word to be there
     * @param word its new word
     * @return the word that was there
     */
    public static long compareAndExchangeSlotVolatile(long node, long slot, long expected, long word) {
        return (long) WORD.compareAndExchange(RawMemory.EVERYTHING, at(node, NodeLayout.slot(slot)), expected, word);
    }

    /**
     * Publishes a slot whatever it is; where other writers may do so at the same time. A full fence; pairs with itself, {@link #compareAndExchangeSlotVolatile} and {@link #slotAcquire}.
     *
     * @param node address
     * @param slot 0..63
     * @param word its new word
     * @return the word that was there
     */
    public static long exchangeSlotVolatile(long node, long slot, long word) {
        return (long) WORD.getAndSet(RawMemory.EVERYTHING, at(node, NodeLayout.slot(slot)), word);
    }

    /**
     * Takes the lock of a leaf, if it is free. Pairs with {@link #unlockRelease}.
     *
     * @param leaf address
     * @return whether the caller has it now
     */
    public static boolean tryLockVolatile(long leaf) {
        return WORD.compareAndSet(RawMemory.EVERYTHING, at(leaf, NodeLayout.LOCK), 0L, 1L);
    }

    /**
     * Whether the lock of a leaf looks free; for looking before trying.
     *
     * @param leaf address
     * @return what may be old
     */
    public static boolean isUnlockedOpaque(long leaf) {
        return (long) WORD.getOpaque(RawMemory.EVERYTHING, at(leaf, NodeLayout.LOCK)) == 0;
    }

    /**
     * Gives the lock of a leaf back. Pairs with {@link #tryLockVolatile}.
     *
     * @param leaf address
     */
    public static void unlockRelease(long leaf) {
        WORD.setRelease(RawMemory.EVERYTHING, at(leaf, NodeLayout.LOCK), 0L);
    }

    /**
     * Reads adjacent slots as values. Plain, so that the compiler may read several with one instruction: what was read may be used only after an acquire fence and a look at the sequence.
     *
     * @param node address
     * @param slot the first, 0..63
     * @param count how many, 1..64 - slot
     * @param values receives the value of each, or -1 where a slot holds none
     * @param offset where to begin there
     * @return all of them or-ed: negative if any slot holds none
     */
    public static long valuesPlain(long node, int slot, int count, long[] values, int offset) {
        long from = (node & NODE_BITS) + NodeLayout.slot(slot & Geometry.LAST_SLOT);
        long all = 0;
        for (int i = 0; i < count; i++) {
            long word = get(from + i * NodeLayout.WORD_BYTES);
            long value = Entry.toValue(word) | (word & 1) - 1;
            values[offset + i] = value;
            all |= value;
        }
        return all;
    }

    /**
     * Reads a bitmap; pairs with {@link #setBitmapRelease}.
     *
     * @param node address
     * @param bitmap {@link NodeLayout#PRESENT}, {@link NodeLayout#SIBLINGS} or {@link NodeLayout#marks}
     * @return 64 bits
     */
    public static long bitmapAcquire(long node, long bitmap) {
        return (long) WORD.getAcquire(RawMemory.EVERYTHING, at(node, bitmap));
    }

    /**
     * Reads a bitmap under the lock.
     *
     * @param node address
     * @param bitmap {@link NodeLayout#PRESENT}, {@link NodeLayout#SIBLINGS} or {@link NodeLayout#marks}
     * @return 64 bits
     */
    public static long bitmapPlain(long node, long bitmap) {
        return get(at(node, bitmap));
    }

    /**
     * Publishes a bitmap; pairs with {@link #bitmapAcquire}.
     *
     * @param node address
     * @param bitmap {@link NodeLayout#PRESENT}, {@link NodeLayout#SIBLINGS} or {@link NodeLayout#marks}
     * @param bits 64 bits
     */
    public static void setBitmapRelease(long node, long bitmap, long bits) {
        WORD.setRelease(RawMemory.EVERYTHING, at(node, bitmap), bits);
    }

    /**
     * First index of a node. Plain: constant while the node can be reached, published by the link that led to it.
     *
     * @param node address
     * @return the index
     */
    public static long basePlain(long node) {
        return get(at(node, NodeLayout.BASE));
    }

    /**
     * Shift of a node, for readers: the word it is part of changes, these bits do not while the node can be reached.
     *
     * @param node address
     * @return 0, 6, .. 60; anything below 64 in a node that is being reused
     */
    public static int shiftOpaque(long node) {
        return (int) ((long) WORD.getOpaque(RawMemory.EVERYTHING, at(node, NodeLayout.INFO)) & SIX);
    }

    /**
     * Shift of a node.
     *
     * @param node address
     * @return 0, 6, .. 60
     */
    public static int shiftPlain(long node) {
        return (int) (get(at(node, NodeLayout.INFO)) & SIX);
    }

    /**
     * The node's slot in its parent.
     *
     * @param node address
     * @return 0..63
     */
    public static int offsetPlain(long node) {
        return (int) (get(at(node, NodeLayout.INFO)) >>> OFFSET_AT & SIX);
    }

    /**
     * Number of non-empty slots.
     *
     * @param node address
     * @return 0..64
     */
    public static int countPlain(long node) {
        return (int) (get(at(node, NodeLayout.INFO)) >>> COUNT_AT & SEVEN);
    }

    /**
     * Number of slots that hold values.
     *
     * @param node address
     * @return 0..64
     */
    public static int valueCountPlain(long node) {
        return (int) (get(at(node, NodeLayout.INFO)) >>> VALUE_COUNT_AT & SEVEN);
    }

    /**
     * The node's parent.
     *
     * @param node address
     * @return byte offset in the pool, 0 at the root
     */
    public static long parentPlain(long node) {
        return get(at(node, NodeLayout.INFO)) >>> PARENT_AT << PARENT_UNIT_SHIFT;
    }

    /**
     * The node's parent, for readers: the word it is part of changes, these bits only when a root gets a parent.
     *
     * @param node address
     * @return byte offset in the pool, 0 at the root; anything in a node that is being reused
     */
    public static long parentOpaque(long node) {
        return (long) WORD.getOpaque(RawMemory.EVERYTHING,
                at(node, NodeLayout.INFO)) >>> PARENT_AT << PARENT_UNIT_SHIFT;
    }

    /**
     * Hangs a node under a parent.
     *
     * @param node address
     * @param parent byte offset of the parent, 0 to make it a root
     * @param slot its slot there, 0 for a root
     */
    public static void setParentPlain(long node, long parent, int slot) {
        long info = get(at(node, NodeLayout.INFO)) & NOT_PLACE;
        set(at(node, NodeLayout.INFO),
                info | (long) slot << OFFSET_AT | parent >>> PARENT_UNIT_SHIFT << PARENT_AT);
    }

    /**
     * Adds to the counts.
     *
     * @param node address
     * @param slots change of the number of non-empty slots
     * @param values change of the number of values
     */
    public static void addCountsPlain(long node, int slots, int values) {
        set(at(node, NodeLayout.INFO),
                get(at(node, NodeLayout.INFO)) + ((long) slots << COUNT_AT) + ((long) values << VALUE_COUNT_AT));
    }

    /**
     * The address of a field. Rounding the node's address changes nothing, but tells the compiler that it is aligned and not negative: the checks of the
     * memory segment, two branches an access, are then constants and vanish. It also drops the tag of a link and
     * the shift of a root, so that base + link is as good as an address.
     */
    private static long at(long node, long offset) {
        return (node & NODE_BITS) + offset;
    }

    private static long get(long address) {
        return (long) WORD.get(RawMemory.EVERYTHING, address);
    }

    private static void set(long address, long word) {
        WORD.set(RawMemory.EVERYTHING, address, word);
    }
}
