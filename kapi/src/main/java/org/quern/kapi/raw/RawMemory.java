package org.quern.kapi.raw;

import java.lang.foreign.MemorySegment;

/**
 * Unchecked memory. A wrong address kills the process, so every use is preceded by a sentence that begins "Safe because"
 * and says why the address is mapped for as long as the access takes.
 */
public final class RawMemory {
    /**
     * Every address, always alive. A static final segment with static final handles compiles to a bare load or store;
     * the remaining check is one comparison with 0.
     */
    @SuppressWarnings("restricted") // Safe because nothing is accessed here; each use argues for itself.
    public static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private RawMemory() {}
}
