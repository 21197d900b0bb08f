package org.quern.xarray;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.AddressSpaceException;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Mirror;
import org.quern.xarray.tree.Scan;
import org.quern.xarray.tree.Tagged;

/**
 * The entries of an {@link XArray} with their tags. Made by {@link XArray#tagged}; a live view without state.
 *
 * <p>A tag is a number 0..3 that belongs to an entry's object as if it were part of the reference: both are stored by one store, read by one read and compared as one, so
 * nobody ever sees the object of one store with the tag of another. It says, for instance, whether an object is the thing itself or stands for something on disk. Tags
 * are not searched for, and have nothing to do with {@link Mark}s: those stay when an object is replaced, a tag goes with its object. A store that knows no tags
 * - {@link XArray#store(long, Object)}, {@link XArray#compareAndSet}, a map's put - leaves tag 0.
 *
 * <p>Costs: tag 0 is an object as ever. A tag of 1..3 takes a pair of 16 to 24 bytes on the heap and one more step in a read; an array that never had one pays a look at a
 * field. Searches tell the tag in {@link Probe#tag}, cursors by {@link ReadCursor#tag}. Threads as at {@link LongXArray}.
 *
 * @param <V> type of the objects
 */
@Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
        NullPointerException.class, IllegalArgumentException.class, NodeAllocationException.class,
        AddressSpaceException.class, IllegalStateException.class})
public final class TaggedEntries<V> {
    private static final int NONE = -1;

    private final XArray<V> array;
    private final Mirror mirror;

    TaggedEntries(XArray<V> array, Mirror mirror) {
        this.array = array;
        this.mirror = mirror;
    }

    /**
     * Sets an entry with a tag; as {@link XArray#store(long, Object)}, in one step.
     *
     * @param index any index
     * @param value an object
     * @param tag 0..3
     * @return the old object, or null
     * @throws NullPointerException if the object is null
     * @throws IllegalArgumentException if the tag is out of range
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    public @Nullable V store(long index, V value, int tag) {
        return store(index, 0, value, tag);
    }

    /**
     * Sets the block of 2^order indices around an index, with a tag; as {@link XArray#store(long, int, Object)}.
     *
     * @param index any index
     * @param order 0..63
     * @param value an object
     * @param tag 0..3
     * @return the old object of the block's first index, or null
     * @throws NullPointerException if the object is null
     * @throws IllegalArgumentException if the order or the tag is out of range
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    public @Nullable V store(long index, int order, V value, int tag) {
        Objects.requireNonNull(value, "value");
        requireTag("tag", tag);
        long base = Orders.base(index, order);
        array.tree().enter();
        try {
            V old = object(content(base));
            if (!array.writer().store(base, order, Entry.OBJECT, mirror.tagged(value, tag))) {
                throw array.noRoom(base);
            }
            return old;
        } finally {
            array.tree().unlock();
        }
    }

    /**
     * Sets, replaces or removes an entry if object, by identity, and tag are what is expected; as {@link XArray#compareAndSet}. Where null stands for no entry, its tag is
     * of no account.
     *
     * @param index any index
     * @param expected an object or null
     * @param expectedTag 0..3
     * @param update an object or null
     * @param tag the new tag, 0..3
     * @return whether the entry was as expected and now is as updated
     * @throws IllegalArgumentException if a tag is out of range
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    public boolean compareAndSet(long index, @Nullable V expected, int expectedTag, @Nullable V update, int tag) {
        requireTag("expectedTag", expectedTag);
        requireTag("tag", tag);
        array.tree().enter();
        try {
            Object content = update == null ? null : mirror.tagged(update, tag);
            return array.exchange(index, expected, expectedTag, content, null);
        } finally {
            array.tree().unlock();
        }
    }

    /**
     * Gives an entry another tag; object, order and marks stay. Takes the lock; allocates no nodes.
     *
     * @param index any index of the entry
     * @param tag 0..3
     * @return the old tag, or -1 if there is no object: then nothing has changed
     * @throws IllegalArgumentException if the tag is out of range
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public int setTag(long index, int tag) {
        requireTag("tag", tag);
        array.tree().enter();
        try {
            Object content = content(index);
            V object = object(content);
            if (object == null) {
                return NONE;
            }
            int old = mirror.tagOf(content);
            if (old != tag) {
                replace(index, mirror.tagged(object, tag));
            }
            return old;
        } finally {
            array.tree().unlock();
        }
    }

    /**
     * The tag of the entry at an index. Lock-free, allocates nothing, O(height). To have it together with the object, use {@link #load}.
     *
     * @param index any index
     * @return 0..3, or -1 if there is no object
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = IllegalStateException.class)
    public int tagAt(long index) {
        Object content = array.tree().loadContent(mirror, index);
        return content == null ? NONE : mirror.tagOf(content);
    }

    /**
     * Reads object and tag of an entry as one. Lock-free, allocates nothing, O(height).
     *
     * @param index any index
     * @param probe receives index, object and tag; untouched if there is no object
     * @return whether there is one
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IllegalStateException.class})
    public boolean load(long index, Probe<V> probe) {
        Objects.requireNonNull(probe, "probe");
        Object content = array.tree().loadContent(mirror, index);
        V object = object(content);
        if (object == null) {
            return false;
        }
        probe.set(index, object, mirror.tagOf(content));
        return true;
    }

    /**
     * Gives all entries with their tags to a consumer, ascending; as {@link XArray#forEach(EntryConsumer)}.
     *
     * @param consumer receives the entries
     * @throws NullPointerException if the consumer is null
     * @throws IllegalStateException if the array is closed, also by the consumer; not if nothing was left to look at by then
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IllegalStateException.class})
    public void forEach(TaggedEntryConsumer<? super V> consumer) {
        forEach(0, -1L, consumer);
    }

    /**
     * Gives the entries of a range with their tags to a consumer; as {@link #forEach(TaggedEntryConsumer)}.
     *
     * @param first first index
     * @param last last index, inclusive
     * @param consumer receives the entries
     * @throws NullPointerException if the consumer is null
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws IllegalStateException if the array is closed, also by the consumer; not if nothing was left to look at by then
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IllegalArgumentException.class, IllegalStateException.class})
    public void forEach(long first, long last, TaggedEntryConsumer<? super V> consumer) {
        AbstractXArray.requireRange(first, last);
        Scan.run(array.tree(), Deliveries.<V>toTaggedConsumer(), first, last, NodeLayout.PRESENT,
                Objects.requireNonNull(consumer, "consumer"));
    }

    private void replace(long index, Object content) {
        long place = array.writer().locate(index);
        if (!array.writer().put(place, index, Entry.OBJECT, content)) {
            throw array.noRoom(index); // not met: a replacement takes no nodes
        }
    }

    private @Nullable Object content(long index) {
        return array.writer().content(mirror, array.writer().locate(index), index);
    }

    @SuppressWarnings("unchecked") // only stores put objects there
    private @Nullable V object(@Nullable Object content) {
        return (V) mirror.objectOf(content);
    }

    private static void requireTag(String name, int tag) {
        if (tag < 0 || tag > Tagged.MAX_TAG) {
            throw new IllegalArgumentException(name + "=" + tag + ": must be 0.." + Tagged.MAX_TAG);
        }
    }
}
