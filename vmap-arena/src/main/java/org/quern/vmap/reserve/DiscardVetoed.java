package org.quern.vmap.reserve;

/** A {@link DiscardWatch} refused a discard: nothing was changed. The public layer turns it into its own exception. */
public final class DiscardVetoed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DiscardVetoed(long offset, long length) {
        super("offset=" + offset + ", length=" + length + ": a page of it is pinned", null, false, false);
    }
}
