package org.quern.vmap;

import org.quern.kapi.Operation;

/**
 * Pages handed out, or reserved, by a {@link SparseArena}. The handle alone names the pages; handle and generation name this
 * act of handing them out, and are stale once any of the pages was given back.
 *
 * @param handle the first page's; what is stored in the arena's memory to link to it
 * @param pages how many, 1 or more
 * @param generation which act of handing out, 1, 2, .., among all processes
 */
public record PageGrant(long handle, long pages, long generation) implements ArenaOutcome {
    /**
     * The handle of an {@link Arena32}.
     *
     * @return its 32 bits
     */
    @Operation(threads = Operation.Threads.ANY)
    public int handle32() {
        return (int) handle;
    }
}
