package org.quern.xarray.tree;

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
