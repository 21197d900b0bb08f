package org.quern.vmap;

/**
 * What kind of pages a range has, as far as pins for an indefinite time are concerned: said by its owner, because only he
 * knows. Short pins are granted for all kinds.
 */
public enum PageKind {
    /** May be pinned for any time. What every range is at first. */
    ORDINARY,
    /** A temporary area, to be gone soon: never pinned long-term. */
    TRANSIENT,
    /** Part of a cache of fixed size, which must be able to evict it: never pinned long-term. */
    EVICTABLE,
    /** Written back to a file by the library, which tracks writes: never pinned long-term for writing. */
    TRACKED_FILE,
    /** To be moved elsewhere before it is pinned long-term; see {@link PagePins#declareMovable}. */
    MOVABLE
}
