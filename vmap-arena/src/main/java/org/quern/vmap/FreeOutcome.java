package org.quern.vmap;

/** What became of pages that were given back to a {@link SparseArena}. They are gone for their owner either way. */
public enum FreeOutcome {
    /** They can be had again; their memory went back to the system. */
    FREED,
    /**
     * They are unavailable until nobody can be looking at them: a system call of another thread uses a segment of them, or
     * another process shows pages and has not looked at the books since. {@link SparseArena#drain} completes it.
     */
    DEFERRED
}
