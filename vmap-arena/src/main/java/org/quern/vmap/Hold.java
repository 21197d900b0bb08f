package org.quern.vmap;

import java.lang.ref.Reference;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.pin.OpenHandles;
import org.quern.vmap.pin.PinRecord;
import org.quern.vmap.pin.PinUnit;

/**
 * Keeps what is known of pages, and not the pages: they may be decommitted, moved and freed, and the hold then says that they
 * are {@linkplain #isGone gone}. It gives no access to data; who needs that takes a {@link Pin}. There is no way from one to
 * the other. To be closed once; a hold that is collected while open is reported, and released.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Hold implements AutoCloseable {
    private final PagePins pins;
    private final PageRange range;
    private final PinRecord record;

    Hold(PagePins pins, PageRange range, PinUnit unit, long first, PinUnit.Taken taken, OpenHandles handles,
            String owner,
            @Nullable Throwable site) {
        this.pins = pins;
        this.range = range;
        this.record = new PinRecord(this, handles, unit, first, taken, true, false, owner, site, null, pins::collected);
    }

    /**
     * The range that the pages belong to, or belonged to.
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
     * How many pages.
     *
     * @return 1 or more
     */
    public long pages() {
        return record.count();
    }

    /**
     * Whether the range was freed, or its arena closed. Once gone it stays gone, whoever has its pages now.
     *
     * @return true if so
     */
    public boolean isGone() {
        return record.unit().isDead();
    }

    /**
     * Whether the pages may be pinned by somebody.
     *
     * @return as {@link PagePins#maybePinned}
     */
    public boolean isMaybePinned() {
        return record.unit().isMaybePinned(record.first(), record.count());
    }

    /**
     * Ends the hold.
     *
     * @throws IllegalStateException if it was closed before
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock", errors = IllegalStateException.class)
    public void close() {
        try {
            if (!record.tryRelease()) {
                throw new IllegalStateException(this + ": was closed before");
            }
            pins.release(record, false);
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
        return "hold of " + record.owner() + ", pages " + firstPage() + "+" + pages() + " of " + pins.name();
    }
}
