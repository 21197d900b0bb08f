package org.quern.vmap;

import java.lang.foreign.MemorySegment;

import org.quern.kapi.Operation;
import org.quern.vmap.fault.Fill;

/**
 * What a {@link FaultHandler} is asked for: a run of pages of a {@link LazyArea}, at least one of which is needed now. For
 * the thread that is asked, during the call.
 */
@Operation(threads = Operation.Threads.OWNER)
public final class FaultRequest {
    private final Fill fill;
    private final MemorySegment target;

    FaultRequest(Fill fill, MemorySegment target) {
        this.fill = fill;
        this.target = target;
    }

    /**
     * Where the run begins.
     *
     * @return bytes from the beginning of the area, a multiple of the page size
     */
    public long offset() {
        return fill.offset();
    }

    /**
     * How much is wanted.
     *
     * @return bytes: whole pages, less only where the area ends
     */
    public long length() {
        return fill.bytes();
    }

    /**
     * Which page of the run is needed now. Giving less than the run is allowed as long as this page is whole.
     *
     * @return bytes from the beginning of the area, a multiple of the page size, in the run
     */
    public long demandedOffset() {
        return fill.demandedOffset();
    }

    /**
     * Which attempt this is; see {@link LazyAreaOptions#attempts}.
     *
     * @return 1, 2, ..
     */
    public int attempt() {
        return fill.attempt();
    }

    /**
     * How much time is left before the fill is given up; see {@link LazyAreaOptions#deadline}.
     *
     * @return nanoseconds; negative if it is over, huge if there is no deadline
     */
    public long nanosLeft() {
        return fill.deadline() - System.nanoTime();
    }

    /**
     * Where the content goes. Zeroed; published as a whole when the handler has returned. After that an access throws.
     *
     * @return {@link #length} bytes, for this thread; empty for content that comes later
     */
    public MemorySegment target() {
        return target;
    }

    /**
     * Offset, length and attempt.
     *
     * @return for instance {@code 65536 bytes at 131072 (attempt 1)}
     */
    @Override
    public String toString() {
        return length() + " bytes at " + offset() + " (attempt " + attempt() + ")";
    }
}
