package org.quern.vmap.check;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Which bytes may be accessed: one shadow byte for each granule of 8.
 *
 * <pre>
 *   shadow   0         all 8 bytes are valid
 *            1..7      the first so many are
 *            0x80..    none: the kind of poison
 * </pre>
 *
 * It is kept with {@link #NEVER} exclusive-or'ed into it, so that fresh memory, which is zero, reads as never handed out.
 * Not thread-safe against changes of the granules asked for; others do not matter.
 */
final class ShadowMap {
    static final int VALID = 0;
    static final int NEVER = 0xF0;
    static final int RED_ZONE = 0xFA;
    static final int FREED = 0xFD;

    static final int GRANULE = 8;

    private final MemorySegment shadow;

    /** A map of which every granule was never handed out. */
    ShadowMap(MemorySegment zeros) {
        this.shadow = zeros;
    }

    /** The shadow of the granule that a byte lies in. */
    int at(long offset) {
        return (shadow.get(ValueLayout.JAVA_BYTE, offset / GRANULE) ^ NEVER) & 0xFF;
    }

    private void set(long granule, int value) {
        shadow.set(ValueLayout.JAVA_BYTE, granule, (byte) (value ^ NEVER));
    }

    /** Makes whole granules invalid. Both ends must be multiples of 8: a poison that covers half a granule cannot be expressed. */
    void poison(long from, long to, int kind) {
        if (((from | to) & (GRANULE - 1)) != 0 || kind < 0x80) {
            throw new IllegalArgumentException("from=" + from + ", to=" + to + ", kind=" + kind
                    + ": must be multiples of 8 and a kind of poison");
        }
        shadow.asSlice(from / GRANULE, (to - from) / GRANULE).fill((byte) (kind ^ NEVER));
    }

    /** Makes bytes valid, from a multiple of 8 on; of the last granule only the first bytes, if so. */
    void unpoison(long from, long bytes) {
        if ((from & (GRANULE - 1)) != 0) {
            throw new IllegalArgumentException("from=" + from + ": must be a multiple of 8");
        }
        shadow.asSlice(from / GRANULE, bytes / GRANULE).fill((byte) (VALID ^ NEVER));
        if (bytes % GRANULE != 0) {
            set((from + bytes) / GRANULE, (int) (bytes % GRANULE));
        }
    }

    /** The first byte in a range that is not valid, or -1. A range of no bytes is valid. */
    long firstInvalid(long offset, long length) {
        long end = offset + length;
        for (long at = offset; at < end; at = at / GRANULE * GRANULE + GRANULE) {
            int value = at(at);
            if (value != VALID) {
                long validTo = value >= 0x80 ? at : at / GRANULE * GRANULE + value;
                if (Math.min(end, at / GRANULE * GRANULE + GRANULE) > validTo) {
                    return Math.max(at, validTo);
                }
            }
        }
        return -1;
    }
}
