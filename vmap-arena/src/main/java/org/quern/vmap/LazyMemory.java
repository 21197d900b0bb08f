package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Errno;
import org.quern.kapi.linux.Progress;
import org.quern.kapi.raw.RawMemory;
import org.quern.vmap.fault.ArenaFaultDescriptor;
import org.quern.vmap.fault.FillFailure;
import org.quern.vmap.fault.FillFailure.Reason;
import org.quern.vmap.fault.PageMemory;
import org.quern.vmap.page.Lease;
import org.quern.vmap.reserve.DiscardVetoed;
import org.quern.vmap.reserve.Reservation;

/**
 * The pages of a range as a lazy area fills and empties them: by UFFDIO_COPY where the arena has a descriptor, so that a
 * page appears as a whole also to who did not ask, and a touch that was not checked is an error; by copying elsewhere.
 *
 * <p>
 * Each call counts as work in flight of the arena, so that it never runs into its closing.
 */
final class LazyMemory implements PageMemory {
    private static final int STRANGERS = 64; // pages found present, removed and filled again, in one run

    private final PageSpace pages;
    private final Reservation reservation;
    private final PageRange range;
    private final @Nullable ArenaFaultDescriptor faults;
    private final boolean clean;
    private final PagePins.WriteSink filled;

    LazyMemory(VmapArena arena, PageRange range, @Nullable ArenaFaultDescriptor faults, boolean clean) {
        this.clean = clean;
        this.pages = arena.pageSpace();
        this.reservation = arena.reservation();
        this.filled = arena::filled;
        this.range = range;
        this.faults = faults;
    }

    /** The bytes of the area, not the padding of its last page. */
    MemorySegment view(long bytes, Arena scope) {
        return reservation.segment(range.offset(), bytes, scope);
    }

    private long offset(long page) {
        return range.offset() + (page << Reservation.PAGE_SHIFT);
    }

    @Override
    public void install(long page, MemorySegment content) throws FillFailure {
        Lease lease;
        try {
            lease = pages.enter(range, true);
        } catch (IllegalStateException closed) {
            throw new FillFailure(Reason.CLOSED, page, "the arena is closed", closed);
        }
        try {
            if (faults == null) {
                copy(page, content);
            } else {
                publish(faults, page, content);
            }
            if (!clean) {
                filled.written(offset(page), Reservation.roundUpToPages(content.byteSize())); // after the content
            }
        } finally {
            pages.leave(lease);
        }
    }

    private void copy(long page, MemorySegment content) {
        long target = reservation.base() + offset(page);
        try {
            // Safe because the pages lie in the reservation, which stays mapped while it is reachable (fence below), and
            // nobody else accesses them: they are FILLING.
            MemorySegment.copy(content, 0, RawMemory.EVERYTHING, target, content.byteSize());
        } finally {
            Reference.reachabilityFence(reservation);
        }
    }

    private void publish(ArenaFaultDescriptor by, long page, MemorySegment content) throws FillFailure {
        long bytes = content.byteSize();
        long done = 0;
        int strangers = STRANGERS;
        boolean whole = false;
        try {
            while (true) {
                Progress step = by.copy(offset(page) + done, content.address() + done, bytes - done, clean);
                done += step.done();
                if (step.isComplete()) {
                    whole = true;
                    return;
                }
                // The books say that the page is empty, so what is there is nobody's: left by a fill that broke off.
                if (step.errno() != Errno.EEXIST.number() || strangers-- == 0) {
                    throw new FillFailure(Reason.INSTALL, page + (done >>> Reservation.PAGE_SHIFT),
                            "UFFDIO_COPY was stopped by " + Errno.describe(step.errno()), null);
                }
                reservation.decommit(offset(page) + done, Reservation.PAGE_BYTES);
            }
        } finally {
            Reference.reachabilityFence(content);
            if (!whole) {
                reservation.decommit(offset(page), bytes);
            }
        }
    }

    @Override
    public void discard(long page, long count) {
        Lease lease = pages.enter(range, true);
        try {
            reservation.decommit(offset(page), count << Reservation.PAGE_SHIFT);
        } catch (DiscardVetoed e) {
            throw new RangeBusyException(range + ": has pinned pages", e);
        } finally {
            pages.leave(lease);
        }
    }
}
