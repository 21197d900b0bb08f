package org.quern.vmap;

/**
 * An access to pages of a {@link SparseArena} that are not allocated, where such an access is refused
 * ({@link FaultPolicy#FAIL}), or that are being given back. No memory was touched. The message names handle and page state.
 */
public final class UnallocatedPageException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    UnallocatedPageException(String message) {
        super(message);
    }
}
