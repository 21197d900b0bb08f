package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.track.MarkScan;
import org.quern.vmap.track.Regions;
import org.quern.vmap.track.ScanStuckException;
import org.quern.vmap.track.Tracking;

/**
 * Tells which pages of some memory changed since it was asked last, while others write there at full speed.
 *
 * <pre>
 *      PageRegions dirty = PageRegions.ofCapacity(512);
 *      boolean all;
 *      do {                                                     // an epoch
 *          all = tracker.collect(dirty);
 *          for (int i = 0; i &lt; dirty.count(); i++) {
 *              copy(tracker.memory(), dirty.offset(i), dirty.bytes(i));
 *          }
 *      } while (!all);
 * </pre>
 *
 * <p>
 * Guarantees.
 * <ol>
 * <li>A write that was complete when {@code collect} comes to its page is reported, in this epoch or by an earlier step. A
 * write that comes later is reported by the next epoch. For each page looking and forgetting is one step; nothing falls
 * between.
 * <li>The first epoch reports everything that has content, and the rest as zeros.
 * <li>What becomes zeros otherwise than by writing (decommitted, freed, trimmed) is reported too.
 * <li>So: who copies what each epoch reports, and runs a last epoch while nobody writes, has an exact copy.
 * <li>A page may be reported without having changed: a write of the same bytes, a page of a huge page of which another was
 * written, a page that was only read for the first time.
 * <li>A call that fails loses nothing: what it had found is reported again.
 * </ol>
 *
 * <p>
 * Reported pages have {@link PageCategory#WRITTEN}; those that read as zeros without having been looked at have
 * {@link PageCategory#PFNZERO} as well, and need not be copied. {@code collect} finds the page <em>before</em> it is copied,
 * so the copy may hold newer bytes than the epoch: they are reported again.
 *
 * <p>
 * <b>What the kernel does not see</b> ({@link TrackingMode#KERNEL}): writes through another mapping of the same file, by
 * another process, or by {@code write(2)} to its descriptor. Name them by {@link #changed}.
 *
 * <p>
 * <b>Threads.</b> Any; calls of {@code collect} exclude each other by the <em>tracker lock</em>. {@link #mark} and
 * {@link #write} never wait.
 *
 * <p>
 * <b>Costs.</b> A GiB with nothing written 0.2 to 0.5 ms, 1 % written 0.5 to 1 ms. The first write to a page in each epoch
 * about 1 us (a fault that the kernel resolves by itself); epochs of a second are cheap, of a millisecond are not. Opening
 * one: one or two system calls; the first epoch goes through everything populated, 22 ms for a GiB.
 */
@Operation(threads = Operation.Threads.ANY, errors = IllegalStateException.class)
public final class WriteTracker implements AutoCloseable {
    private final String name;
    private final TrackedSource source;
    private final MemorySegment memory;
    private final Tracking tracking;
    private final ReentrantLock lock = new ReentrantLock(); // the tracker lock
    private volatile boolean closed; // written under lock

    WriteTracker(String name, MemorySegment memory, Tracking tracking, TrackedSource source) {
        this.name = name;
        this.memory = memory;
        this.tracking = tracking;
        this.source = source;
    }

    /**
     * Tracks any off-heap memory, such as a mapped file or a memory file, in the {@link TrackingMode#preferred} mode.
     * Discards of such memory ({@code madvise}, punched holes) are the caller's to name by {@link #changed}. For memory of
     * an arena or a pool see {@link VmapArena#trackWrites()} and {@link BlockPool#trackWrites()}, which know them.
     *
     * @param memory native memory that begins at a page; its last page counts as a whole
     * @return the tracker; to it everything is new
     * @throws IllegalArgumentException if it is on the heap, is empty, or does not begin at a page
     * @throws RangeBusyException if the kernel tracks writes to part of it for somebody else
     * @throws AddressSpaceException if there is no address space for marks
     * @throws KernelException if the kernel refuses to track this kind of memory
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            IllegalArgumentException.class, RangeBusyException.class, AddressSpaceException.class,
            KernelException.class})
    public static WriteTracker of(MemorySegment memory) {
        return of(memory, TrackingMode.preferred());
    }

    /**
     * As {@link #of(MemorySegment)}, in a mode of the caller's choice.
     *
     * @param memory native memory that begins at a page; its last page counts as a whole
     * @param mode how writes are noticed
     * @return the tracker; to it everything is new
     * @throws IllegalArgumentException if it is on the heap, is empty, or does not begin at a page
     * @throws CallUnavailableException if the mode is not available
     * @throws RangeBusyException if the kernel tracks writes to part of it for somebody else
     * @throws AddressSpaceException if there is no address space for marks
     * @throws KernelException if the kernel refuses to track this kind of memory
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            IllegalArgumentException.class, CallUnavailableException.class, RangeBusyException.class,
            AddressSpaceException.class, KernelException.class})
    public static WriteTracker of(MemorySegment memory, TrackingMode mode) {
        PageScanner.requirePages(memory);
        if (memory.byteSize() == 0) {
            throw new IllegalArgumentException("memory=" + memory + ": must not be empty");
        }
        return TrackedSource.of(memory).open(mode);
    }

    /**
     * The next step of an epoch: reports pages that changed, in ascending order, and forgets that they did. Finding,
     * reporting and forgetting is one step for each page.
     *
     * @param into is cleared and receives the pages
     * @return true if the epoch is over: the next call begins a new one, at the first page
     * @throws StaleHandleException if the memory was freed, or its arena or pool closed
     * @throws UnprotectablePagesException if part of the memory was mapped anew by others, and cannot be tracked
     * @throws IllegalStateException if the tracker is closed
     * @throws KernelException if the system fails; nothing is lost
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "tracker lock", errors = {
            StaleHandleException.class, UnprotectablePagesException.class, IllegalStateException.class,
            KernelException.class})
    public boolean collect(PageRegions into) {
        Regions regions = into.cleared();
        WriteScanEvent event = new WriteScanEvent();
        event.begin();
        lock.lock();
        try {
            check();
            step(regions);
        } finally {
            lock.unlock();
        }
        event.finish(name, source.bytes(), into);
        return into.isComplete();
    }

    /**
     * Ends the epoch under way: the next {@code collect} begins at the first page. What was not reported yet is reported then.
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "tracker lock")
    public void restart() {
        lock.lock();
        try {
            tracking.restart();
        } finally {
            lock.unlock();
        }
    }

    /** A part that was mapped anew is not registered any more: it is registered again, once, and everything is new. */
    private void step(Regions regions) {
        try {
            tracking.collect(source.bytes(), regions);
        } catch (ScanStuckException e) {
            source.renew();
            tracking.reset(source.bytes());
            try {
                tracking.collect(source.bytes(), regions);
            } catch (ScanStuckException again) {
                again.addSuppressed(e);
                throw new UnprotectablePagesException(name, again);
            }
        }
    }

    /**
     * Reports pages again: what a caller could not make use of, or knows to have changed where nobody can see it.
     *
     * @param offset the first byte
     * @param length bytes; the pages they lie in are reported by the next epoch
     * @throws IndexOutOfBoundsException if they do not lie in the memory
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "of the list of ranges", errors = {
            IndexOutOfBoundsException.class})
    public void changed(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, source.bytes());
        tracking.changed().add(offset & -Reservation.PAGE_BYTES, Reservation.roundUpToPages(offset + length));
    }

    /**
     * Says that bytes were written; to be called <em>after</em> they were. In mode {@link TrackingMode#KERNEL} this does
     * nothing, so code that marks works in both.
     *
     * @param offset the first byte
     * @param length how many
     * @throws IndexOutOfBoundsException if they do not lie in the memory
     */
    @Operation(threads = Operation.Threads.ANY, errors = IndexOutOfBoundsException.class)
    public void mark(long offset, long length) {
        MarkScan marks = tracking.marks();
        if (marks != null) {
            Objects.checkFromIndexSize(offset, length, source.bytes());
            if (length > 0) {
                marks.mark(offset, length);
            }
        }
    }

    /**
     * Writes bytes and marks them, in the right order.
     *
     * @param offset where
     * @param from what
     * @throws IndexOutOfBoundsException if they do not fit
     * @throws IllegalStateException if the memory was freed, or {@code from} is not accessible
     * @throws UnsupportedOperationException if this tracks a whole arena or pool: write through the segment of what is handed
     *         out, and {@link #mark}
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {
            IndexOutOfBoundsException.class, IllegalStateException.class, UnsupportedOperationException.class})
    public void write(long offset, MemorySegment from) {
        if (!source.isWritable()) {
            throw new UnsupportedOperationException(
                    name + " is tracked as a whole: write through the segment of a range or block, and mark");
        }
        MemorySegment.copy(from, 0, memory, offset, from.byteSize());
        mark(offset, from.byteSize());
    }

    /**
     * Copies bytes as they are now, whoever writes meanwhile. Pages of a {@link LazyArea} are not filled by this: those that are
     * absent read as zeros, and a discard comes before or after.
     *
     * @param offset of the first byte
     * @param target as many bytes as are wanted
     * @throws IndexOutOfBoundsException if they do not lie in the memory
     * @throws StaleHandleException if the memory was freed, or its arena or pool closed
     * @throws IllegalStateException if the tracker is closed, or {@code target} is not accessible
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "of the lazy parts", faults = Operation.Faults.MAY, errors = {
            IndexOutOfBoundsException.class, StaleHandleException.class, IllegalStateException.class})
    public void read(long offset, MemorySegment target) {
        Objects.checkFromIndexSize(offset, target.byteSize(), memory.byteSize());
        check();
        source.owner().read(offset, target);
    }

    /**
     * Whether pages may be pinned ({@link PagePins#maybePinned(long, long)}): somebody may write to them whom nobody stops.
     *
     * @param offset of the first byte
     * @param length how many
     * @return false: none was pinned, or it is not memory of a {@link VmapArena}
     * @throws IndexOutOfBoundsException if they do not lie in the memory
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = IndexOutOfBoundsException.class)
    public boolean maybePinned(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, source.bytes());
        return source.owner().maybePinned(offset, length);
    }

    /**
     * A scanner of the memory, which may protect. What a protecting scan shows, {@link #collect} does not report again.
     *
     * @return a new scanner
     */
    public PageScanner scanner() {
        check();
        return new PageScanner(name, memory, source.engine(tracking), true);
    }

    /**
     * The memory, to copy from where no {@link LazyArea} lies in it: of those, absent pages must not be touched, and
     * {@link #read} does not.
     *
     * @return a read-only segment; it throws IllegalStateException once the memory is freed
     */
    public MemorySegment memory() {
        return memory.asReadOnly();
    }

    /**
     * The size.
     *
     * @return bytes, a multiple of the page size
     */
    public long bytes() {
        return source.bytes();
    }

    /**
     * How writes are noticed.
     *
     * @return the mode
     */
    public TrackingMode mode() {
        return tracking.marks() == null ? TrackingMode.KERNEL : TrackingMode.SOFTWARE;
    }

    /**
     * What is tracked.
     *
     * @return the name of an arena or pool, and the range
     */
    public String name() {
        return name;
    }

    private void check() {
        if (closed) {
            throw new IllegalStateException(name + ": the tracker is closed");
        }
        if (!memory.scope().isAlive()) {
            throw new StaleHandleException(name + ": was freed, or its arena closed, while it was tracked");
        }
    }

    /** Ends tracking: writes cost nothing any more, and are forgotten. The memory stays. Idempotent. */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "tracker lock")
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                source.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Name, size and mode, for logs.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return name + " (" + source.bytes() + " bytes, tracked by " + mode() + (closed ? ", closed)" : ")");
    }
}
