package org.quern.vmap;

import java.lang.foreign.MemorySegment;

/**
 * What the owner of tracked pages knows and a tracker does not: how they are read when some are absent, and whether somebody has
 * them pinned. Offsets are from the start of the tracked memory.
 */
interface PageOwner {
    /** Copies bytes as they are now; what is absent reads as zeros. */
    void read(long offset, MemorySegment target);

    /** False: none of the pages was pinned. */
    boolean maybePinned(long offset, long bytes);

    /** Of memory all of whose pages may be touched, and that cannot be pinned. */
    static PageOwner of(MemorySegment memory) {
        return new PageOwner() {
            @Override
            public void read(long offset, MemorySegment target) {
                MemorySegment.copy(memory, offset, target, 0, target.byteSize());
            }

            @Override
            public boolean maybePinned(long offset, long bytes) {
                return false;
            }
        };
    }
}
