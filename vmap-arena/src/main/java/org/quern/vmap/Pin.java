package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.pin.OpenHandles;
import org.quern.vmap.pin.PinEvent;
import org.quern.vmap.pin.PinRecord;
import org.quern.vmap.pin.PinUnit;

/**
 * Pages whose data somebody outside is going to read or write: while it is open they are not freed, decommitted, moved or
 * guarded, and their arena is not closed. Their addresses stay. To be closed once; a pin that is collected while open is
 * reported, and released.
 *
 * <p>
 * It does not make memory resident and does not tell the kernel: a logical pin. What the kernel needs for a system call it
 * pins by itself.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Pin implements PinOutcome, AutoCloseable {
    private final PagePins pins;
    private final PageRange range;
    private final boolean readOnly;
    private final PinRecord record;

    Pin(PagePins pins, PageRange range, PinUnit unit, long first, PinUnit.Taken taken, PinOptions options,
            OpenHandles handles, @Nullable Throwable site) {
        this.pins = pins;
        this.range = range;
        this.readOnly = options.isReadOnly();
        PinEvent event = PinEvent.begin(pins.name(), options.owner(), unit.firstPage() + first, taken.count(),
                options.isLongTerm());
        this.record = new PinRecord(this, handles, unit, first, taken, false, options.isLongTerm(), options.owner(),
                site,
                event, pins::collected);
    }

    /**
     * The range that the pages belong to: the one asked for, or the one that it was moved to.
     *
     * @return the range
     */
    public PageRange range() {
        return range;
    }

    /**
     * The first page, as the arena numbers them.
     *
     * @return 0 or more
     */
    public long firstPage() {
        return range.firstPage() + record.first();
    }

    /**
     * How many pages: of {@link PagePins#tryPin} perhaps fewer than asked for.
     *
     * @return 1 or more
     */
    public long pages() {
        return record.count();
    }

    /**
     * Whose it is.
     *
     * @return for reports
     */
    public String owner() {
        return record.owner();
    }

    /**
     * Whether it is for an indefinite time.
     *
     * @return as asked for
     */
    public boolean isLongTerm() {
        return record.isLongTerm();
    }

    /**
     * Whether it is open.
     *
     * @return false once it was closed
     */
    public boolean isOpen() {
        return !record.isReleased();
    }

    /**
     * The pages. The segment is valid at least as long as this pin is open: until the range is freed or the arena closed.
     *
     * @return their bytes, accessible by every thread; read-only if the pin is
     * @throws IllegalStateException if the pin is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = IllegalStateException.class)
    public MemorySegment segment() {
        try {
            if (!isOpen()) {
                throw new IllegalStateException(this + ": was closed");
            }
            MemorySegment part = pins.segment(range, record);
            return readOnly ? part.asReadOnly() : part;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Releases the pages; nothing is known to have been written otherwise than by the process's own stores. If the last pin
     * of a range goes whose free was deferred, this frees it, which costs what a free does.
     *
     * @throws IllegalStateException if it was closed before
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock", errors = IllegalStateException.class)
    public void close() {
        close(false);
    }

    /**
     * Releases the pages, and says whether they were written. Where they were, every tracker of them is told <em>before</em>
     * the pages are released, so that no writer back finds them clean and unpinned.
     *
     * @param dirty whether somebody, such as a device, wrote them
     * @throws IllegalStateException if it was closed before, or {@code dirty} and the pin is for reading; then it stays open
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock", errors = IllegalStateException.class)
    public void close(boolean dirty) {
        try {
            if (dirty && readOnly) {
                throw new IllegalStateException("dirty=true: " + this + " is for reading");
            }
            if (!record.tryRelease()) {
                throw new IllegalStateException(this + ": was closed before");
            }
            pins.release(record, dirty);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Owner and pages, for logs.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return (isLongTerm() ? "long-term pin of " : "pin of ") + owner() + ", pages " + firstPage() + "+" + pages()
                + " of "
                + pins.name();
    }
}
