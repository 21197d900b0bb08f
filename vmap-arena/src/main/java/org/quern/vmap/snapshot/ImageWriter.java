package org.quern.vmap.snapshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;

import org.quern.vmap.PageCategory;
import org.quern.vmap.PageRegions;
import org.quern.vmap.WriteTracker;

/**
 * Turns what a tracker reports into the records of an image, in rounds.
 *
 * <pre>
 *      round 1   everything that changed         while others write
 *      round 2   what changed during round 1     while others write     as long as it gets smaller
 *      ..
 *      round n   what changed during round n-1   while nobody writes: exact
 *      footer
 * </pre>
 *
 * For one image. What it took from the tracker is given back by whoever cannot make the image last.
 */
final class ImageWriter {
    private static final int REGIONS = 1024;
    private static final int MOST_ROUNDS = 8;

    private final WriteTracker tracker;
    private final Compression compression;
    private final PageRegions dirty = PageRegions.ofCapacity(REGIONS);
    private final PageContent content;
    private final Taken taken = new Taken();
    private int rounds;
    private long lastRoundBytes;
    private long lastRoundNanos;
    private long pages;
    private long pinnedPages;
    private long storedBytes;

    ImageWriter(WriteTracker tracker, Compression compression) {
        this.tracker = tracker;
        this.compression = compression;
        this.content = new PageContent() {
            @Override
            public void read(long offset, MemorySegment target) {
                tracker.read(offset, target); // knows the absent pages of lazy areas, and does not touch them
            }

            @Override
            public boolean maybePinned(long offset, long bytes) {
                return tracker.maybePinned(offset, bytes);
            }
        };
    }

    /** Writes an image; the footer is with the channel when it returns. */
    void write(WritableByteChannel channel, ImageHeader header, Quiesce quiesce) throws IOException {
        rounds = 0;
        RecordWriter to = new RecordWriter(channel, header, compression);
        tracker.restart();
        if (!quiesce.equals(Quiesce.NOBODY_WRITES)) {
            long before = Long.MAX_VALUE;
            long bytes = round(to);
            while (rounds < MOST_ROUNDS - 1 && bytes > 0 && bytes < before / 2) {
                before = bytes;
                bytes = round(to);
            }
        }
        lastRound(to, quiesce);
        to.end();
        pages = to.pages();
        pinnedPages = to.pinnedPages();
        storedBytes = to.written();
    }

    /** Has the tracker report again what this took from it. */
    void giveBack() {
        taken.giveBack(tracker);
    }

    private void lastRound(RecordWriter to, Quiesce quiesce) throws IOException {
        int[] runs = {0};
        try {
            quiesce.whileNobodyWrites(() -> {
                runs[0]++;
                long begin = System.nanoTime();
                try {
                    lastRoundBytes = round(to);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                lastRoundNanos = System.nanoTime() - begin;
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (runs[0] != 1) {
            throw new IllegalStateException(
                    "quiesce=" + quiesce + ": ran the last round " + runs[0] + " times, not once");
        }
    }

    /** One pass; bytes that changed. */
    private long round(RecordWriter to) throws IOException {
        rounds++;
        long bytes = 0;
        boolean all;
        do {
            all = tracker.collect(dirty);
            taken.add(dirty);
            for (int i = 0; i < dirty.count(); i++) {
                if (dirty.is(i, PageCategory.PFNZERO)) {
                    to.zeros(dirty.offset(i), dirty.bytes(i));
                } else {
                    to.data(content, dirty.offset(i), dirty.bytes(i));
                    bytes += dirty.bytes(i);
                }
            }
        } while (!all);
        return bytes;
    }

    int rounds() {
        return rounds;
    }

    long lastRoundBytes() {
        return lastRoundBytes;
    }

    long lastRoundNanos() {
        return lastRoundNanos;
    }

    long pages() {
        return pages;
    }

    long pinnedPages() {
        return pinnedPages;
    }

    long storedBytes() {
        return storedBytes;
    }
}
