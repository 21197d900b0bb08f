package org.quern.vmap.track;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

import org.quern.kapi.linux.PagemapScan;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.reserve.ReservationFailure;

/**
 * Marks set by the writers, for systems that cannot tell which pages were written. One byte for each page, in a reservation
 * of its own, so that marks of untouched memory cost nothing.
 *
 * <pre>
 *      mark of page p = byte p:   bit 0 WRITTEN   bit 1 PRESENT (marked since it was discarded)
 *
 *      writer                                   scanner
 *      ------                                   -------
 *      1  store the data (plain)                1  word = getAndBitwiseAndAcquire(8 marks, ~WRITTEN)
 *      2  setRelease(mark, WRITTEN|PRESENT)     2  read the data (plain)
 * </pre>
 *
 * <p>
 * Guarantee: a write whose mark is set before a scan clears it is seen by whoever reads the data after that scan; otherwise
 * the mark is there for the next scan. Reason: the exchange reads the mark it clears. If it reads the writer's, the release
 * store is paired with its acquire, and the data is visible. If it does not, the writer's store comes after it in the order
 * of the word and is not lost, because the exchange clears only bits it read as set. Marking <em>before</em> the data breaks
 * the first half, testing the mark before setting it (to save the store) breaks the second unless a full fence stands between
 * data and test; both are shown by jcstress controls.
 *
 * <p>
 * Writers store one byte, the scanner exchanges eight: the Java memory model does not speak of accesses of different sizes,
 * the processors HotSpot runs on keep every byte coherent by itself and make the exchange atomic for all eight
 * (docs/decisions/0050).
 *
 * <p>
 * Cost: 0.3 ns for a mark that is in the cache; a scan reads one byte for each page of the range, 30 us for a GiB, and does
 * one atomic operation for each word that has a mark.
 */
public final class MarkScan implements ScanEngine {
    private static final long WRITTEN = 1;
    private static final long PRESENT = 2;
    private static final long ALL_WRITTEN = 0x0101010101010101L;
    private static final int PAGES_PER_WORD = Long.BYTES;
    private static final long KNOWN = PagemapScan.PAGE_IS_WPALLOWED | PagemapScan.PAGE_IS_WRITTEN
            | PagemapScan.PAGE_IS_FILE | PagemapScan.PAGE_IS_PRESENT | PagemapScan.PAGE_IS_SWAPPED
            | PagemapScan.PAGE_IS_PFNZERO | PagemapScan.PAGE_IS_HUGE;

    private static final VarHandle MARK = ValueLayout.JAVA_BYTE.varHandle();
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final MemorySegment marks;

    /**
     * Marks in memory of the caller's.
     *
     * @param marks a byte for each page, rounded up to words, all zeros; begins at a word
     */
    public MarkScan(MemorySegment marks) {
        this.marks = marks;
    }

    /**
     * Marks, none set, for a span.
     *
     * @param name what a failure calls them
     * @param bytes the size of the span
     * @return the engine
     * @throws ReservationFailure if there is no address space for the marks
     */
    public static MarkScan over(String name, long bytes) throws ReservationFailure {
        long pages = bytes >>> Reservation.PAGE_SHIFT;
        long room = Reservation.roundUpToPages(pages + PAGES_PER_WORD);
        Reservation reservation = Reservation.open(name + "/marks", room, room);
        return new MarkScan(reservation.segment(Arena.ofAuto()));
    }

    /**
     * Marks pages as written. To be called after the data was stored.
     *
     * @param offset the first byte written
     * @param length how many, 1 or more
     */
    public void mark(long offset, long length) {
        long last = (offset + length - 1) >>> Reservation.PAGE_SHIFT;
        for (long page = offset >>> Reservation.PAGE_SHIFT; page <= last; page++) {
            setMarkRelease(page);
        }
    }

    private void setMarkRelease(long page) {
        MARK.setRelease(marks, page, (byte) (WRITTEN | PRESENT)); // pairs with takeAcquire: data before, mark after
    }

    private long wordOpaque(long index) {
        return (long) WORD.getOpaque(marks, index * Long.BYTES);
    }

    /** Clears bits and returns what was there before. */
    private long takeAcquire(long index, long bits) {
        return (long) WORD.getAndBitwiseAndAcquire(marks, index * Long.BYTES, ~bits); // pairs with setMarkRelease
    }

    /**
     * Forgets that pages were written.
     *
     * @param from offset of the first page
     * @param to offset after the last page
     */
    public void clear(long from, long to) {
        takeAll(from, to, ALL_WRITTEN);
    }

    /**
     * Forgets that pages have content; before they are discarded, so that the mark of a later write stands.
     *
     * @param from offset of the first page
     * @param to offset after the last page
     */
    public void discarding(long from, long to) {
        takeAll(from, to, ALL_WRITTEN << 1);
    }

    private void takeAll(long from, long to, long bits) {
        long end = to >>> Reservation.PAGE_SHIFT;
        for (long page = from >>> Reservation.PAGE_SHIFT; page < end;) {
            long index = page / PAGES_PER_WORD;
            long next = Math.min(end, (index + 1) * PAGES_PER_WORD);
            if (wordOpaque(index) != 0) {
                takeAcquire(index, bits & bytesOf(page % PAGES_PER_WORD, next - index * PAGES_PER_WORD));
            }
            page = next;
        }
    }

    /** A word in which the bytes from..to-1 are all ones. */
    private static long bytesOf(long from, long to) {
        return (-1L << (from * Byte.SIZE)) & (-1L >>> ((PAGES_PER_WORD - to) * Byte.SIZE));
    }

    @Override
    public long categories() {
        return KNOWN;
    }

    @Override
    public void scan(long from, long to, ScanOrder order, Regions into) {
        boolean untouchedToo = order.selects(PagemapScan.PAGE_IS_WPALLOWED);
        long end = to >>> Reservation.PAGE_SHIFT;
        long left = order.maxPages() == 0 ? Long.MAX_VALUE : order.maxPages();
        for (long page = from >>> Reservation.PAGE_SHIFT; page < end;) {
            long index = page / PAGES_PER_WORD;
            long next = Math.min(end, (index + 1) * PAGES_PER_WORD);
            long word = wordOpaque(index);
            if (word != 0 || untouchedToo) {
                long stopped = scanWord(word, page, next, order, into, left);
                left -= selectedIn(word, page, stopped, order);
                if (stopped < next) {
                    into.stop(stopped << Reservation.PAGE_SHIFT, false);
                    return;
                }
            }
            page = next;
        }
        into.stop(to, true);
    }

    /** The page after the last one that was dealt with: {@code next}, or one for which there was no room. */
    private long scanWord(long word, long first, long next, ScanOrder order, Regions into, long left) {
        long taken = 0;
        long allowed = left;
        long page = first;
        for (; page < next; page++) {
            long is = categories(word, page);
            if (order.selects(is)) {
                long start = page << Reservation.PAGE_SHIFT;
                if (allowed == 0 || !into.add(start, start + Reservation.PAGE_BYTES, is & order.output())) {
                    break;
                }
                allowed--;
                taken |= WRITTEN << shift(page);
            }
        }
        if (order.protect() && (word & taken) != 0) {
            takeAcquire(first / PAGES_PER_WORD, word & taken); // bits read as set only: a mark set since then stays or is read
        }
        return page;
    }

    private static long selectedIn(long word, long first, long end, ScanOrder order) {
        long selected = 0;
        for (long page = first; page < end; page++) {
            selected += order.selects(categories(word, page)) ? 1 : 0;
        }
        return selected;
    }

    private static long categories(long word, long page) {
        long mark = word >>> shift(page);
        return PagemapScan.PAGE_IS_WPALLOWED | ((mark & WRITTEN) != 0 ? PagemapScan.PAGE_IS_WRITTEN : 0)
                | ((mark & PRESENT) != 0 ? PagemapScan.PAGE_IS_PRESENT : 0);
    }

    private static long shift(long page) {
        return page % PAGES_PER_WORD * Byte.SIZE;
    }
}
