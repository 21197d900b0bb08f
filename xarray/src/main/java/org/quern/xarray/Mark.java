package org.quern.xarray;

/**
 * One of three independent bits that each entry carries. What they mean is the user's business. Replacing an entry keeps its marks, erasing it clears them;
 * finding the next marked entry costs the height of the tree, whatever lies between, and asking whether any entry has a mark is one read.
 */
public enum Mark {
    /** The first mark. */
    M0,
    /** The second mark. */
    M1,
    /** The third mark. */
    M2
}
