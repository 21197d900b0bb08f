package org.quern.vmap;

/** Somebody has written over the books of a shared arena. Its pages can still be read through segments that are open. */
public final class ArenaDamagedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    ArenaDamagedException(String message, Throwable cause) {
        super(message, cause);
    }
}
