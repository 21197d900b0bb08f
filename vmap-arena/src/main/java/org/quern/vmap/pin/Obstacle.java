package org.quern.vmap.pin;

/** What keeps a page from being pinned. */
public enum Obstacle {
    /** It is being given back, moved, or closed. */
    BLOCKED,
    /** The count would wrap. */
    OVERFLOW,
    /** Its memory is broken. */
    POISONED,
    /** For a long time: it is transient by nature. */
    TRANSIENT,
    /** For a long time: a cache of fixed size must be able to evict it. */
    EVICTABLE,
    /** For a long time, for writing: it is a file's whose writing back is tracked. */
    TRACKED_FILE,
    /** For a long time: it must be moved first. */
    MOVABLE
}
