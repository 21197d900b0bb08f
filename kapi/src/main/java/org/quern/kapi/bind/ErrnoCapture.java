package org.quern.kapi.bind;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One buffer per thread that a downcall leaves errno in. The value is read in the same step as the return and travels in
 * band from there on, so no caller ever sees another thread's, or an earlier call's, errno.
 *
 * <p>
 * A virtual thread is pinned to its carrier during a downcall and has a buffer of its own.
 */
final class ErrnoCapture {
    private static final long OFFSET = Linker.Option.captureStateLayout()
            .byteOffset(java.lang.foreign.MemoryLayout.PathElement.groupElement("errno"));

    private static final ThreadLocal<MemorySegment> BUFFER = ThreadLocal
            .withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private ErrnoCapture() {}

    /** The calling thread's buffer. */
    static MemorySegment buffer() {
        return BUFFER.get();
    }

    /** What the call that just failed left in the calling thread's buffer. */
    static int errno(MemorySegment buffer) {
        return buffer.get(ValueLayout.JAVA_INT, OFFSET);
    }
}
