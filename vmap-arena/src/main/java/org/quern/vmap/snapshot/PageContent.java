package org.quern.vmap.snapshot;

import java.lang.foreign.MemorySegment;

/** Where the content of pages comes from that go into an image. */
interface PageContent {
    /** Copies pages as they are now. */
    void read(long offset, MemorySegment target);

    /** False: none of them is, or was while they were copied, pinned for somebody who may write to them. */
    boolean maybePinned(long offset, long bytes);
}
