package org.quern.vmap;

/** What an {@link Area} is, decided when it is reserved. */
public enum AreaFlag {
    /** Page lists may be mapped into it and unmapped from it, a part at a time. */
    SPARSE,
    /**
     * No guard page behind it. The guard of an area is the lower guard of the next, so doing without endangers a neighbour:
     * such an area takes no page lists.
     */
    NO_GUARD,
    /** Its protection is changed by its owner and reset when it is freed. Such an area takes no page lists. */
    RESET_PERMISSIONS
}
