package org.quern.vmap.snapshot;

import org.quern.vmap.PageRegions;
import org.quern.vmap.WriteTracker;
import org.quern.vmap.track.ChangedRanges;

/** What was taken from a tracker and is not safe yet. Memory: an entry for each run of pages. */
final class Taken {
    private final ChangedRanges ranges = new ChangedRanges();

    void add(PageRegions regions) {
        for (int i = 0; i < regions.count(); i++) {
            ranges.add(regions.offset(i), regions.offset(i) + regions.bytes(i));
        }
    }

    /** So that the tracker reports it again. */
    void giveBack(WriteTracker tracker) {
        long end = tracker.bytes();
        for (long at = ranges.next(0, end); at < end; at = ranges.next(at, end)) {
            long to = ranges.take(at, end);
            tracker.changed(at, to - at);
        }
    }
}
