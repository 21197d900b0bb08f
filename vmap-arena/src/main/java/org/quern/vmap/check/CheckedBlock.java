package org.quern.vmap.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A block of the checked mode: what its user asked for, inside what the heap gave.
 *
 * <pre>
 *   outer             offset               offset + bytes              outer + outerBytes
 *     |  red zone       |     the user's      |..|  red zone              |     '..' up to a multiple of 8
 * </pre>
 */
public final class CheckedBlock {
    final long outer;
    final long outerBytes;
    private final long offset;
    private final long bytes;
    private final String thread;
    private final List<String> site;
    List<String> freeSite = List.of();
    @Nullable
    Arena scope;
    @Nullable
    MemorySegment segment;

    CheckedBlock(long outer, long outerBytes, long offset, long bytes, List<String> site) {
        this.outer = outer;
        this.outerBytes = outerBytes;
        this.offset = offset;
        this.bytes = bytes;
        this.thread = Thread.currentThread().getName();
        this.site = site;
    }

    /**
     * Where the user's bytes begin.
     *
     * @return offset
     */
    public long offset() {
        return offset;
    }

    /**
     * What was asked for.
     *
     * @return bytes
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Who asked.
     *
     * @return the thread's name
     */
    public String thread() {
        return thread;
    }

    /**
     * Where.
     *
     * @return the callers outside the allocator, innermost first; empty if not sampled
     */
    public List<String> site() {
        return site;
    }

    long end() {
        return offset + bytes;
    }

    @Override
    public String toString() {
        return "block of " + bytes + " bytes at " + offset + ", allocated by " + thread + frames(" at ", site)
                + frames(", freed at ", freeSite);
    }

    private static String frames(String before, List<String> frames) {
        return frames.isEmpty() ? "" : before + String.join(" < ", frames);
    }
}
