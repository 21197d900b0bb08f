package org.quern.vmap.snapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.quern.vmap.track.ChangedRanges;

/**
 * Makes one base of a chain: for each page the record that came last. Two passes: the first, over the records' places only,
 * decides from the newest to the oldest which part of which record is still needed; the second copies those parts. Memory: an
 * entry for each record of the chain.
 */
final class Compactor {
    private final List<SnapshotInfo> chain;
    private final List<Map<Integer, List<long[]>>> kept = new ArrayList<>(); // for each file: record number -> [from, to)

    Compactor(List<SnapshotInfo> chain) {
        this.chain = chain;
    }

    void write(WritableByteChannel channel, ImageHeader header, Compression compression) throws IOException {
        decide(header.bytes());
        RecordWriter to = new RecordWriter(channel, header, compression);
        for (int file = 0; file < chain.size(); file++) {
            Map<Integer, List<long[]>> parts = kept.get(file);
            int[] number = {0};
            ImageFile.read(chain.get(file).file(), record -> {
                for (long[] part : parts.getOrDefault(number[0]++, List.of())) {
                    copy(record, header.pageBytes(), part[0], part[1], to);
                }
            });
        }
        to.end();
    }

    private static void copy(RecordReader record, int pageBytes, long from, long to, RecordWriter into)
            throws IOException {
        if (record.isZeros()) {
            into.zeros(from, to - from);
        } else {
            into.data(new Stored(record, pageBytes), from, to - from);
        }
    }

    /** The pages of a record, with what it says of them. */
    private record Stored(RecordReader record, int pageBytes) implements PageContent {
        @Override
        public void read(long offset, MemorySegment target) {
            MemorySegment.copy(MemorySegment.ofBuffer(record.content()), offset - record.offset(), target, 0,
                    target.byteSize());
        }

        @Override
        public boolean maybePinned(long offset, long bytes) {
            long first = (offset - record.offset()) / pageBytes;
            return (record.pinned() >>> first & -1L >>> (Long.SIZE - bytes / pageBytes)) != 0;
        }
    }

    private void decide(long bytes) throws IOException {
        ChangedRanges open = new ChangedRanges(); // not decided yet
        open.add(0, bytes);
        for (int file = chain.size() - 1; file >= 0; file--) {
            List<long[]> places = new ArrayList<>();
            ImageFile.read(chain.get(file).file(),
                    record -> places.add(new long[]{record.offset(), record.offset() + record.bytes()}));
            Map<Integer, List<long[]>> parts = new HashMap<>();
            for (int number = places.size() - 1; number >= 0; number--) {
                List<long[]> needed = take(open, places.get(number)[0], places.get(number)[1]);
                if (!needed.isEmpty()) {
                    parts.put(number, needed);
                }
            }
            kept.addFirst(parts);
        }
    }

    /** Removes what is open between two places, and returns it. */
    private static List<long[]> take(ChangedRanges open, long from, long to) {
        List<long[]> parts = new ArrayList<>();
        for (long at = open.next(from, to); at < to; at = open.next(at, to)) {
            long end = open.take(at, to);
            parts.add(new long[]{at, end});
            at = end;
        }
        return parts;
    }
}
