package org.quern.vmap;

import java.util.Set;

import org.quern.kapi.Operation;
import org.quern.kapi.linux.Userfault;

/** Which faults of a range are reported. They can be combined; registering again replaces them. */
@Operation(threads = Operation.Threads.ANY)
public enum UserfaultMode {
    /** A touch of a page that is missing. */
    MISSING(Userfault.REGISTER_MISSING),
    /** A write to a page that is protected. */
    WRITE_PROTECT(Userfault.REGISTER_WP),
    /** A touch of a page that the file has and the page table has not; of shared memory only. */
    MINOR(Userfault.REGISTER_MINOR);

    private final int bit;

    UserfaultMode(int bit) {
        this.bit = bit;
    }

    static int bits(Set<UserfaultMode> modes) {
        int bits = 0;
        for (UserfaultMode mode : modes) {
            bits |= mode.bit;
        }
        return bits;
    }
}
