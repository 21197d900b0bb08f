package org.quern.vmap.reserve;

/**
 * Asked before and told after every discard of pages of a reservation: so pins can veto it and write tracking learn of it.
 * Called by the discarding thread, possibly under a pool's latch; must neither block for long nor discard anything itself.
 * Each {@link #permit} that answered true is followed by exactly one {@link #settled}; between the two a watch lets nobody
 * pin a page of the part.
 */
public interface DiscardWatch {
    /**
     * May these pages become zeros now?
     *
     * @param offset bytes from the reservation's base, a multiple of the page size
     * @param length bytes, a multiple of the page size, more than 0
     * @return false to refuse: the discard then ends in a {@link DiscardVetoed} and changes nothing
     */
    boolean permit(long offset, long length);

    /**
     * A discard that was permitted is over.
     *
     * @param offset as permitted
     * @param length as permitted
     * @param discarded true if all of it reads as zeros; false if another watch refused, and nothing changed, or the
     *        system failed, and a part of it may read as zeros
     */
    void settled(long offset, long length, boolean discarded);
}
