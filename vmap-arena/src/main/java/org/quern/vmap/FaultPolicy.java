package org.quern.vmap;

/** What an access to a page that is not allocated does, in a {@link SparseArena}. */
public enum FaultPolicy {
    /** It allocates the page, also one that was only reserved, and finds zeros. */
    POPULATE,
    /** It is refused: {@link UnallocatedPageException}. */
    FAIL
}
