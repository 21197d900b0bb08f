package org.quern.xarray.tree;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Sets or clears a mark of what a scan visits: the entries of a leaf with one store, and one way up for all of them. For a scan under the lock: nothing moves meanwhile, and
 * marks change no structure. Adds the number of entries that were changed to the first number of the sink.
 */
final class RangeMarks implements Visit<long[]> {
    private final Marking marking;
    private final int mark;
    private final boolean sets;

    RangeMarks(Marking marking, int mark, boolean sets) {
        this.marking = marking;
        this.mark = mark;
        this.sets = sets;
    }

    @Override
    public boolean takesWholeLeaves() {
        return true;
    }

    @Override
    public long leaf(Tree tree, long seen, long node, long siblings, long slots, long base, long bitmap,
            long[] sink) {
        long bits = Tally.withContent(tree, node, slots, base);
        sink[0] += sets ? marking.setIn(node, bits, mark) : marking.clearIn(node, bits, mark);
        return DONE;
    }

    @Override
    public int slot(Tree tree, long seen, long node, int slot, long index, long[] sink) {
        long address = tree.basePlain() + node;
        if (NodeAccess.slotPlain(address, slot) != Entry.RESERVED) {
            long first = 1L << Run.start(NodeAccess.bitmapPlain(address, NodeLayout.SIBLINGS), slot);
            sink[0] += sets ? marking.setIn(node, first, mark) : marking.clearIn(node, first, mark);
        }
        return NEXT;
    }

    @Override
    public int lone(Tree tree, long seen, long head, long[] sink) {
        if (head != Entry.RESERVED && head != Entry.ABSENT) {
            boolean changed = sets ? marking.setRoot(mark) : marking.clearRoot(mark);
            sink[0] += changed ? 1 : 0;
        }
        return NEXT;
    }
}
