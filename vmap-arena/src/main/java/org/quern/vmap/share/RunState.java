package org.quern.vmap.share;

/**
 * What a run of pages is.
 *
 * <pre>
 *                    allocate                            free
 *     +------+  ------------------&gt;  +-----------+  -------------&gt;  +-------------+
 *     | FREE |                       | ALLOCATED |                  | UNAVAILABLE |
 *     +------+  ---- reserve -----&gt;  | RESERVED  |                  +-------------+
 *        ^  ^                        +-----------+                         |
 *        |  +------ unreserve -----------+                                 | nobody can be looking any more:
 *        +-----------------------------------------------------------------+ memory given back
 * </pre>
 */
public enum RunState {
    /** Nobody's. */
    FREE,
    /** In use. */
    ALLOCATED,
    /** Kept out of allocation. */
    RESERVED,
    /** Given back, and not yet to be had. */
    UNAVAILABLE;

    private static final RunState[] ALL = values();

    static RunState of(long meta) {
        return ALL[(int) (meta & 3)];
    }
}
