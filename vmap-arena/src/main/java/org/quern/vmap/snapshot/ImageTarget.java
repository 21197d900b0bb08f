package org.quern.vmap.snapshot;

import java.lang.foreign.MemorySegment;

import org.quern.vmap.PageCategory;
import org.quern.vmap.PageRegions;
import org.quern.vmap.PageScan;
import org.quern.vmap.PageScanner;
import org.quern.vmap.Selection;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.track.MappingKind;

/**
 * Memory that images are applied to. Zeros are written only where something else may be: what was never touched is not
 * populated by them.
 */
final class ImageTarget {
    private static final int PIECE_BYTES = 1 << 16;
    private static final PageScan CONTENT = PageScan
            .of(Selection.ALL.withAnyOf(PageCategory.mask(PageCategory.PRESENT, PageCategory.SWAPPED)));

    private final MemorySegment memory;
    private final MemorySegment zeros = MemorySegment.ofArray(new byte[PIECE_BYTES]);
    private final PageRegions present = PageRegions.ofCapacity(512);
    private final @org.jspecify.annotations.Nullable PageScanner scanner;

    ImageTarget(MemorySegment memory) {
        this.memory = memory;
        this.scanner = isSparse(memory) ? PageScanner.of(memory) : null;
    }

    /** Whether what is not in the page table is known to be zeros. */
    private static boolean isSparse(MemorySegment memory) {
        return memory.isNative() && memory.address() % Reservation.PAGE_BYTES == 0
                && PageScanner.availability().isPresent()
                && MappingKind.at(memory.address(), memory.byteSize()) == MappingKind.ANONYMOUS;
    }

    void apply(RecordReader record) {
        if (!record.isZeros()) {
            MemorySegment.copy(MemorySegment.ofBuffer(record.content()), 0, memory, record.offset(), record.bytes());
        } else if (scanner != null && (record.offset() & (Reservation.PAGE_BYTES - 1)) == 0) {
            zeroPresent(scanner, record.offset(), record.offset() + record.bytes());
        } else {
            zero(record.offset(), record.offset() + record.bytes());
        }
    }

    private void zeroPresent(PageScanner by, long from, long to) {
        for (long at = from; at < to; at = present.resumeAt()) {
            by.scan(CONTENT, at, to, present);
            for (int i = 0; i < present.count(); i++) {
                zero(present.offset(i), Math.min(to, present.offset(i) + present.bytes(i)));
            }
        }
    }

    private void zero(long from, long to) {
        for (long at = from; at < to; at += PIECE_BYTES) {
            long bytes = Math.min(PIECE_BYTES, to - at);
            if (MemorySegment.mismatch(memory, at, at + bytes, zeros, 0, bytes) >= 0) {
                memory.asSlice(at, bytes).fill((byte) 0);
            }
        }
    }
}
