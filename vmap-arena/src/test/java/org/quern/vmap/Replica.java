package org.quern.vmap;

import java.lang.foreign.MemorySegment;

/** A copy that is kept up to date by what a tracker reports: exact after an epoch during which nobody wrote. */
final class Replica {
    private final WriteTracker tracker;
    private final MemorySegment copy;
    private final PageRegions dirty;
    long copiedBytes;

    Replica(WriteTracker tracker, MemorySegment copy, int capacity) {
        this.tracker = tracker;
        this.copy = copy;
        this.dirty = PageRegions.ofCapacity(capacity);
    }

    /** One epoch; bytes reported. */
    long epoch() {
        long bytes = 0;
        boolean all;
        do {
            all = tracker.collect(dirty);
            for (int i = 0; i < dirty.count(); i++) {
                MemorySegment to = copy.asSlice(dirty.offset(i), dirty.bytes(i));
                if (dirty.is(i, PageCategory.PFNZERO)) {
                    to.fill((byte) 0);
                } else {
                    to.copyFrom(tracker.memory().asSlice(dirty.offset(i), dirty.bytes(i)));
                    copiedBytes += dirty.bytes(i);
                }
                bytes += dirty.bytes(i);
            }
        } while (!all);
        return bytes;
    }

    /** The first byte that differs, -1 if none. */
    long mismatch() {
        return copy.mismatch(tracker.memory());
    }
}
