package org.quern.xarray.tree;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.node.PackAccess;
import org.quern.xarray.node.PackLayout;

/**
 * Entries on their way from packed nodes, or a node, into others: where they are sorted in, and counted, before anything changes. Belongs to one writer; ascending by index; empty between
 * operations.
 */
final class PackBuffer {
    private static final int ROOM = PackLayout.MOST + 1;

    private final Tree tree;
    private final Marking marking;
    private final long[] keys = new long[ROOM];
    private final long[] words = new long[ROOM];
    private final int[] marks = new int[ROOM];
    private final @Nullable Object[] contents = new Object[ROOM];
    private int size;

    PackBuffer(Tree tree, Marking marking) {
        this.tree = tree;
        this.marking = marking;
    }

    int size() {
        return size;
    }

    long key(int at) {
        return keys[at];
    }

    long word(int at) {
        return words[at];
    }

    @Nullable
    Object content(int at) {
        return contents[at];
    }

    int marks(int at) {
        return marks[at];
    }

    /** Marks of some entries together. */
    int marks(int from, int to) {
        int union = 0;
        for (int at = from; at < to; at++) {
            union |= marks[at];
        }
        return union;
    }

    /** The end of the entries that share a slot with one. */
    int groupEnd(int from, int shift) {
        int to = from + 1;
        while (to < size && keys[to] >>> shift == keys[from] >>> shift) {
            to++;
        }
        return to;
    }

    /** Lets go of everything. */
    void drop() {
        Arrays.fill(contents, 0, size, null);
        size = 0;
    }

    /** Adds an entry above all others. */
    void add(long key, long word, @Nullable Object content, int itsMarks) {
        keys[size] = key;
        words[size] = word;
        contents[size] = content;
        marks[size] = itsMarks;
        size++;
    }

    /** Adds an unmarked entry where its key belongs. */
    void insert(long key, long word, @Nullable Object content) {
        int at = size;
        while (at > 0 && Long.compareUnsigned(keys[at - 1], key) > 0) {
            at--;
        }
        System.arraycopy(keys, at, keys, at + 1, size - at);
        System.arraycopy(words, at, words, at + 1, size - at);
        System.arraycopy(marks, at, marks, at + 1, size - at);
        System.arraycopy(contents, at, contents, at + 1, size - at);
        int all = size + 1;
        size = at;
        add(key, word, content, 0);
        size = all;
    }

    /** Adds the entries of a packed node that lies above all others. */
    void addPack(long packed) {
        long pack = tree.requirePacks().pool().addressOf(packed);
        long place = Place.packed(tree.basePlain(), pack, 0);
        for (long bits = NodeAccess.bitmapPlain(pack, NodeLayout.PRESENT); bits != 0; bits &= bits - 1) {
            int position = Long.numberOfTrailingZeros(bits);
            addSlot(place, position, PackAccess.keyPlain(pack, Packed.sizeClass(packed), position));
        }
    }

    /**
     * Adds all that is below a node, if that is few single entries: in the node, if it is a leaf, or in packed nodes.
     *
     * @return false if it is anything else; then some of it was added
     */
    boolean addNode(long node, int most) {
        long address = tree.basePlain() + node;
        int shift = NodeAccess.shiftPlain(address);
        if (NodeAccess.countPlain(address) > most || NodeAccess.bitmapPlain(address, NodeLayout.SIBLINGS) != 0) {
            return false;
        }
        for (long bits = NodeAccess.bitmapPlain(address, NodeLayout.PRESENT); bits != 0; bits &= bits - 1) {
            int slot = Long.numberOfTrailingZeros(bits);
            long word = NodeAccess.slotPlain(address, slot);
            if (shift == 0) {
                addSlot(node, slot, NodeAccess.basePlain(address) | slot);
            } else if (Packed.isPacked(word)
                    && size + NodeAccess.countPlain(tree.requirePacks().pool().addressOf(word)) <= most) {
                addPack(word);
            } else {
                return false;
            }
        }
        return true;
    }

    private void addSlot(long node, int slot, long key) {
        Mirror mirror = tree.mirror();
        add(key, NodeAccess.slotPlain(tree.basePlain() + node, slot),
                mirror == null ? null : mirror.getAcquire(node, slot), marking.of(node, slot));
    }

    /** Writes some entries into a new packed node; it is private until a link to it is published. */
    long write(long packed, int from, int to) {
        long pack = tree.requirePacks().pool().addressOf(packed);
        long place = Place.packed(tree.basePlain(), pack, 0);
        int sizeClass = Packed.sizeClass(packed);
        Mirror mirror = tree.mirror();
        int values = 0;
        PackAccess.initPlain(pack, sizeClass, to - from);
        for (int at = from; at < to; at++) {
            int position = at - from;
            PackAccess.setKeyPlain(pack, sizeClass, position, keys[at]);
            NodeAccess.setSlotPlain(pack, position, words[at]);
            values += Entry.isValue(words[at]) ? 1 : 0;
            marking.spread(place, 1L << position, marks[at]);
            if (mirror != null) {
                mirror.setRelease(place, position, contents[at]);
            }
        }
        NodeAccess.setBitmapRelease(pack, NodeLayout.PRESENT, -1L >>> (Geometry.SLOTS - (to - from)));
        NodeAccess.addCountsPlain(pack, to - from, values);
        return pack;
    }
}
