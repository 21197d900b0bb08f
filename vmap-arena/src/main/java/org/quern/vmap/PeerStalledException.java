package org.quern.vmap;

/**
 * Another process holds the lock of a shared arena and does not let go: it lives, or cannot be looked at, but does not run.
 * Nothing was changed. The message names its process number.
 */
public final class PeerStalledException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    PeerStalledException(String message) {
        super(message);
    }
}
