package org.quern.xarray;

import org.quern.kapi.Operation;
import org.quern.vmap.Selection;
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

    /**
     * Its bit in the masks of a {@link Selection}.
     *
     * @return one of bits 0..2
     */
    @Operation(threads = Operation.Threads.ANY)
    public long bit() {
        return 1L << number;
    }

    /**
     * A mask, for a {@link Selection}: {@code Selection.ALL.requiring(Mark.mask(M0, M1)).excluding(M2.bit())}.
     *
     * @param marks any number
     * @return their bits
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public static long mask(Mark... marks) {
        long mask = 0;
        for (Mark mark : marks) {
            mask |= mark.bit();
        }
        return mask;
    }

    int number() {
        return number;
    }

    /** Where a node keeps the bits of this mark. */
    long bitmap() {
        return NodeLayout.marks(number);
    }
}
