package org.quern.xarray;

import org.quern.xarray.node.NodeLayout;

/**
 * One of three independent bits that each entry carries. What they mean is the user's business. Replacing an entry keeps its marks, erasing it clears them;
 * finding the next marked entry costs the height of the tree, whatever lies between, and asking whether any entry has a mark is one read.
 */
public enum Mark {
    /** The first mark. */
    M0(0),
    /** The second mark. */
    M1(1),
    /** The third mark. */
    M2(2);

    private final int number;

    Mark(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** Where a node keeps the bits of this mark. */
    long bitmap() {
        return NodeLayout.marks(number);
    }
}
