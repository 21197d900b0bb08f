package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Userfault;
import org.quern.vmap.fault.ArenaFaultDescriptor;
import org.quern.vmap.fault.FaultSupport;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.reserve.ReservationFailure;
import org.quern.vmap.track.FileResidency;
import org.quern.vmap.track.KernelScan;
import org.quern.vmap.track.MappingKind;
import org.quern.vmap.track.MarkScan;
import org.quern.vmap.track.OwnProtection;
import org.quern.vmap.track.PagemapFile;
import org.quern.vmap.track.Residency;
import org.quern.vmap.track.ScanEngine;
import org.quern.vmap.track.TrackedSpans;
import org.quern.vmap.track.TrackedSpans.TrackedSpan;
import org.quern.vmap.track.Tracking;
import org.quern.vmap.track.WriteProtection;

/**
 * The memory behind a tracker: where it lies, what keeps it mapped, how the kernel is told to watch it, and who tells of
 * discards. Opens the tracker, and undoes what opening did.
 */
final class TrackedSource {
    private final String name;
    private final long base;
    private final long bytes;
    private final long offset; // in the reservation
    private final MemorySegment memory;
    private final boolean writable;
    private final MappingKind kind;
    private final @Nullable TrackedSpans spans;
    private final PageOwner owner;
    private final Supplier<@Nullable WriteProtection> protections;
    private @Nullable WriteProtection protection;
    private @Nullable TrackedSpan span;

    private TrackedSource(String name, MemorySegment memory, boolean writable, long offset, MappingKind kind,
            @Nullable TrackedSpans spans, PageOwner owner, Supplier<@Nullable WriteProtection> protections) {
        this.name = name;
        this.base = memory.address();
        this.bytes = Reservation.roundUpToPages(memory.byteSize());
        this.offset = offset;
        this.memory = memory;
        this.writable = writable;
        this.kind = kind;
        this.spans = spans;
        this.owner = owner;
        this.protections = protections;
    }

    /** Memory that no arena knows of. */
    static TrackedSource of(MemorySegment memory) {
        long bytes = Reservation.roundUpToPages(memory.byteSize());
        MappingKind kind = MappingKind.at(memory.address(), bytes);
        return new TrackedSource("memory of " + memory.byteSize() + " bytes", memory, !memory.isReadOnly(), 0, kind,
                null, PageOwner.of(memory),
                () -> OwnProtection.of(memory.address(), bytes, memory, FaultSupport.probe()));
    }

    /** A part of a reservation: all of it, or a range handed out. */
    static TrackedSource of(String name, MemorySegment memory, long offset, boolean whole, TrackedSpans spans,
            PageOwner owner, Supplier<@Nullable ArenaFaultDescriptor> faults) {
        return new TrackedSource(name, memory, !whole, offset, MappingKind.ANONYMOUS, spans, owner, () -> {
            ArenaFaultDescriptor descriptor = faults.get();
            return descriptor == null || !descriptor.tracksWrites()
                    ? null
                    : new Shared(descriptor, offset, memory.byteSize());
        });
    }

    /** Protection by the descriptor that the arena's faults share. */
    private record Shared(ArenaFaultDescriptor descriptor, long offset, long bytes) implements WriteProtection {
        @Override
        public void register() throws ReservationFailure {
            descriptor.register(offset, bytes, Userfault.REGISTER_WP);
        }

        @Override
        public void unregister() {
            try {
                descriptor.unregister(offset, bytes, Userfault.REGISTER_WP);
            } catch (IllegalStateException e) {
                // The arena closed meanwhile, and with it the descriptor: all registrations have ended.
            } catch (ReservationFailure e) {
                throw new AddressSpaceException(e.getMessage(), e);
            }
        }
    }

    WriteTracker open(TrackingMode mode) {
        if (!mode.availability().isPresent()) {
            throw new CallUnavailableException("tracking by " + mode, mode.availability());
        }
        boolean done = false;
        try {
            Tracking tracking = mode == TrackingMode.KERNEL ? byKernel() : byMarks();
            if (spans != null) {
                TrackedSpan added = new TrackedSpan(offset, bytes, tracking, () -> memory.scope().isAlive());
                if (!spans.add(added)) {
                    throw new RangeBusyException(name + ": the kernel tracks part of it for another tracker", null);
                }
                span = added;
            }
            if (protection != null) {
                protection.register(); // after the span was added: discards from now on are told
            }
            done = true;
            return new WriteTracker(name, memory, tracking, this);
        } catch (ReservationFailure e) {
            throw new AddressSpaceException(e.getMessage(), e);
        } catch (KernelException e) {
            if (e.errno() == Errno.EBUSY) {
                throw new RangeBusyException(name + ": the kernel tracks part of it for another tracker", e);
            }
            throw e;
        } finally {
            if (!done) {
                forget();
            }
        }
    }

    private Tracking byKernel() {
        WriteProtection found = protections.get();
        if (found == null) {
            throw new CallUnavailableException("tracking by KERNEL of " + name,
                    new org.quern.kapi.Availability(org.quern.kapi.Availability.State.ABSENT,
                            "this back end, or its descriptor of faults, has no write protection"));
        }
        protection = found;
        return Tracking.byKernel(bytes, new KernelScan(base, memory), unmappedContent());
    }

    private Tracking byMarks() throws ReservationFailure {
        Residency residency = unmappedContent();
        if (residency == null) {
            residency = KernelScan.availability().isPresent()
                    ? Tracking.content(new KernelScan(base, memory), false)
                    : PagemapFile.isReadable() ? new PagemapFile(base) : Residency.UNKNOWN;
        }
        return Tracking.byMarks(bytes, MarkScan.over(name, bytes), residency);
    }

    /** Finds content that the page table does not show; null if there is none. */
    private @Nullable Residency unmappedContent() {
        return switch (kind) {
            case ANONYMOUS -> null;
            case MEMORY_FILE -> new FileResidency(base, memory);
            case OTHER -> Residency.UNKNOWN;
        };
    }

    /** Registers again: part of the memory was mapped anew. */
    void renew() {
        if (protection != null) {
            try {
                protection.unregister();
                protection = protections.get();
                if (protection != null) {
                    protection.register();
                }
            } catch (ReservationFailure e) {
                throw new AddressSpaceException(e.getMessage(), e);
            }
        }
    }

    /** Undoes {@link #open}. */
    void close() {
        if (protection != null) {
            protection.unregister();
        }
        forget();
    }

    private void forget() {
        if (spans != null && span != null) {
            spans.remove(span);
        }
    }

    /** What a scanner is to look by; the kernel's has structures of its own for each. */
    ScanEngine engine(Tracking tracking) {
        return tracking.marks() == null ? new KernelScan(base, memory) : tracking.engine();
    }

    long bytes() {
        return bytes;
    }

    PageOwner owner() {
        return owner;
    }

    boolean isWritable() {
        return writable;
    }
}
