package org.quern.padata;

import org.quern.kapi.Operation;

/**
 * What an instance's state is made of, with the bits of the original; {@link State} is derived from them.
 */
@Operation(threads = Operation.Threads.ANY)
public enum InstanceFlag {
    /** Started: set when the instance is opened, resumed, or its masks become valid; cleared by pause and invalid masks. */
    INIT(1),
    /** Masks are being replaced; submissions are {@link SubmitResult#BUSY} meanwhile. */
    RESET(2),
    /** A mask has no CPU that is online. */
    INVALID(4);

    private final int bit;

    InstanceFlag(int bit) {
        this.bit = bit;
    }

    /**
     * The bit of this flag.
     *
     * @return 1, 2 or 4
     */
    public int bit() {
        return bit;
    }
}
