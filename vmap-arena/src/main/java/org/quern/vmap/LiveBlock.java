package org.quern.vmap;

import java.util.List;

/**
 * A block in use of a {@link SizeClassAllocator} in checked mode.
 *
 * @param offset where it begins
 * @param bytes what was asked for
 * @param thread the name of the thread that asked
 * @param site the callers outside the allocator, innermost first; empty if this allocation was not sampled
 */
public record LiveBlock(long offset, long bytes, String thread, List<String> site) {
    /** Makes a snapshot of its own of the callers. */
    public LiveBlock {
        site = List.copyOf(site);
    }
}
