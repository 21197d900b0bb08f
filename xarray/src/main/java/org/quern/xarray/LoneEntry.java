package org.quern.xarray;

import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Tree;

/** The entry in the head: its marks are the marks of the array. */
final class LoneEntry {
    private LoneEntry() {}

    /** Whether the lone entry passes a filter. Valid only if the head is still the same afterwards. */
    static boolean passes(Tree tree, long bitmap) {
        return bitmap == NodeLayout.PRESENT
                || tree.anyMarked((int) ((bitmap - NodeLayout.MARKS) / NodeLayout.WORD_BYTES));
    }
}
