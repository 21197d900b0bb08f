package org.quern.xarray.tree;

import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * What a {@link Scan} does with each entry: read its content, make sure that it is what it was taken for, and deliver it. Stateless: what is found goes to
 * the sink.
 *
 * @param <S> who receives the entries
 */
public interface Visit<S> {
    /** Delivered; the scan is over. */
    int STOP = 0;
    /** Delivered, or there was nothing; the scan goes on. */
    int NEXT = 1;
    /** The sequence moved: what was read may be anything, and the scan must look again. */
    int MOVED = 2;

    /** All slots of a leaf were visited. */
    long DONE = -1;
    /** The scan was stopped in a leaf. */
    long STOPPED = -2;

    /**
     * Visits slots of a leaf. A visit that is made for many entries has a loop of its own, so that the compiler knows what it calls for each.
     *
     * @param tree the tree
     * @param seen the reader's view of the sequence
     * @param node offset of the leaf
     * @param siblings its siblings; when they change the scan must look again
     * @param slots bit n: visit slot n
     * @param base first index of the leaf
     * @param bitmap where the slots come from; an entry that has lost its bit of a mark since is not delivered
     * @param sink receives the entries
     * @return {@link #DONE}, {@link #STOPPED}, or the slot from which on the scan must look again
     */
    default long leaf(Tree tree, long seen, long node, long siblings, long slots, long base, long bitmap, S sink) {
        long address = tree.basePlain() + node;
        for (long bits = slots; bits != 0; bits &= bits - 1) {
            int slot = Long.numberOfTrailingZeros(bits);
            int went = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS) != siblings
                    || Scan.gone(tree, node, siblings, slot, bitmap)
                            ? Scan.look(tree, seen, address, siblings)
                            : slot(tree, seen, node, slot, base | slot, sink);
            if (went != NEXT) {
                return went == STOP ? STOPPED : slot;
            }
        }
        return DONE;
    }

    /**
     * Visits slots of leaves under one lowest interior node. A visit that is made for many entries has a loop of its own here, so that nothing is called for each leaf.
     *
     * @param tree the tree
     * @param seen the reader's view of the sequence
     * @param twig address of the node, without siblings
     * @param leaves bit n: visit leaf n; none behind the last index
     * @param next first index to visit
     * @param last last index to visit; may lie behind the node
     * @param bitmap where leaves and slots come from
     * @param sink receives the entries
     * @return {@link #DONE}, {@link #STOPPED}, or the {@link Twig#position} from which on the scan must search
     */
    default long twig(Tree tree, long seen, long twig, long leaves, long next, long last, long bitmap, S sink) {
        return Twig.eachLeaf(tree, this, seen, twig, leaves, next, last, bitmap, sink);
    }

    /**
     * Whether {@link #leaf} is told of slots with a mark, too, all of a leaf at once: it then does not look at each mark again before its turn comes.
     *
     * @return false for what hands out entries
     */
    default boolean takesWholeLeaves() {
        return false;
    }

    /**
     * Visits a slot.
     *
     * @param tree the tree
     * @param seen the reader's view of the sequence
     * @param node offset of the node
     * @param slot 0..63
     * @param index the index to report
     * @param sink receives the entry
     * @return {@link #STOP}, {@link #NEXT} or {@link #MOVED}
     */
    int slot(Tree tree, long seen, long node, int slot, long index, S sink);

    /**
     * Visits a lone entry in the head.
     *
     * @param tree the tree
     * @param seen the reader's view of the sequence
     * @param head the head
     * @param sink receives the entry
     * @return {@link #STOP}, {@link #NEXT} or {@link #MOVED}
     */
    int lone(Tree tree, long seen, long head, S sink);
}
