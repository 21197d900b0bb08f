package org.quern.kapi.ioctl;

import org.quern.kapi.Operation;

/** Which way an argument travels, seen from the caller: to write is to hand something to the kernel. */
@Operation(threads = Operation.Threads.ANY)
public enum Direction {
    /** No argument in memory. */
    NONE,
    /** The kernel fills it in. */
    READ,
    /** The caller fills it in. */
    WRITE,
    /** Both. */
    READ_WRITE;

    /**
     * Whether the kernel fills something in.
     *
     * @return true for {@link #READ} and {@link #READ_WRITE}
     */
    public boolean reads() {
        return this == READ || this == READ_WRITE;
    }

    /**
     * Whether the caller fills something in.
     *
     * @return true for {@link #WRITE} and {@link #READ_WRITE}
     */
    public boolean writes() {
        return this == WRITE || this == READ_WRITE;
    }

    static Direction of(boolean reads, boolean writes) {
        if (reads) {
            return writes ? READ_WRITE : READ;
        }
        return writes ? WRITE : NONE;
    }
}
