package org.quern.vmap;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/** Moves what is in a range to pages that may stay pinned: called before a movable range is pinned for an indefinite time. */
@FunctionalInterface
@Operation(threads = Operation.Threads.ANY)
public interface PageMover {
    /**
     * Copies the range to another one, frees it, and sees to it that its users find the new one. Called without any lock, by
     * the thread that asks for the pin.
     *
     * @param range to be moved; not pinned by the asker
     * @return the new place, in the same arena, as many pages; null if it cannot be moved now
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS)
    @Nullable
    PageRange move(PageRange range);
}
