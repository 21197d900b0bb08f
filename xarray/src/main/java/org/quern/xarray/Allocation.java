package org.quern.xarray;

/** Whether an array hands out ids. */
public enum Allocation {
    /** It does not: every index is the user's choice. All three marks are the user's. */
    NONE,
    /** From 0. Mark M0 is refused: the array keeps free ids in its place. */
    FROM_ZERO,
    /** From 1: index 0 is busy and never handed out, though it can be stored explicitly. Mark M0 is refused. */
    FROM_ONE
}
