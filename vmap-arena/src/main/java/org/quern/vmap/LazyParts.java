package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import org.jspecify.annotations.Nullable;

/**
 * Which parts of an arena are lazy areas, and how an arena is read that has some: their absent pages are not touched, since that
 * would be a SIGBUS, and read as zeros; their present ones are read while
 * nothing is discarded.
 *
 * <pre>
 *     reader   read lock:  which parts?  copy                       (a part becomes lazy before or after, not meanwhile)
 *     opener   write lock: the part is lazy;   then its pages are registered as missing
 * </pre>
 *
 * Readers hold the lock for a copy of what they ask for, at most some 100 us for a record of a snapshot.
 */
final class LazyParts {
    /** A range that is or becomes an area. */
    private static final class Part {
        private final PageRange range;
        private volatile @Nullable LazyArea area; // null until it is open: nothing is present

        Part(PageRange range) {
            this.range = range;
        }
    }

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final TreeMap<Long, Part> parts = new TreeMap<>(); // by offset; guarded by lock

    /** From now on nobody reads the range as it is. */
    void begin(PageRange range) {
        lock.writeLock().lock();
        try {
            parts.put(range.offset(), new Part(range));
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The range has an area. */
    void bind(PageRange range, LazyArea area) {
        lock.readLock().lock();
        try {
            Part part = parts.get(range.offset());
            if (part != null) {
                part.area = area;
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The range is ordinary memory again. */
    void end(PageRange range) {
        lock.writeLock().lock();
        try {
            parts.remove(range.offset());
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Copies bytes of an arena from an offset on; {@code memory} is all of it. */
    void read(MemorySegment memory, long offset, MemorySegment target) {
        lock.readLock().lock();
        try {
            long end = offset + target.byteSize();
            long at = offset;
            Map.Entry<Long, Part> entry = parts.floorEntry(offset);
            Part part = entry == null ? null : entry.getValue();
            if (part == null || part.range.offset() + part.range.bytes() <= offset) {
                part = after(offset);
            }
            while (part != null && part.range.offset() < end) {
                long from = Math.max(at, part.range.offset());
                long to = Math.min(end, part.range.offset() + part.range.bytes());
                MemorySegment.copy(memory, at, target, at - offset, from - at);
                readLazy(part, from, target.asSlice(from - offset, to - from));
                at = to;
                part = after(part.range.offset());
            }
            MemorySegment.copy(memory, at, target, at - offset, end - at);
        } finally {
            lock.readLock().unlock();
        }
    }

    private @Nullable Part after(long offset) {
        Map.Entry<Long, Part> next = parts.higherEntry(offset);
        return next == null ? null : next.getValue();
    }

    private static void readLazy(Part part, long offset, MemorySegment target) {
        LazyArea area = part.area;
        if (area == null) {
            target.fill((byte) 0);
        } else {
            area.readPresent(offset - part.range.offset(), target);
        }
    }
}
