package org.quern.vmap;

/** An arena or a pool was used after it was closed. The message names it. */
public final class ArenaClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    ArenaClosedException(String what) {
        super(what + " is closed");
    }
}
