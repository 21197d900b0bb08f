package org.quern.xarray.tree;

/** Keeps what is declared in subclasses two cache lines away from whatever lies before this object: processors fetch lines in pairs. */
abstract sealed class LockPadding permits LockState {
    @SuppressWarnings("unused") // taking room is their use
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;
}
