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
    FREE(0),
    /** In use. */
    ALLOCATED(1),
    /** Kept out of allocation. */
    RESERVED(2),
    /** Given back, and not yet to be had. */
    UNAVAILABLE(3);

    static final int COUNT = 4;

    private static final long MASK = 3;

    private final int code; // as it stands in the heads: fixed for good

    RunState(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static RunState of(long meta) {
        return switch ((int) (meta & MASK)) {
            case 0 -> FREE;
            case 1 -> ALLOCATED;
            case 2 -> RESERVED;
            default -> UNAVAILABLE;
        };
    }
}
