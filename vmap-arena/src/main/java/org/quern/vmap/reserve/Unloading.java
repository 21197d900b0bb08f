package org.quern.vmap.reserve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Whether {@link MemorySegment#unload()} of a private mapping throws away what was written, so that the file's bytes show
 * again. The JDK does not promise it; Linux does it, macOS and Windows do not. It is tried on a mapping of two pages, once.
 */
final class Unloading {
    /** The finding; false where the trial failed. */
    static final boolean ZEROES = tryIt();

    private Unloading() {}

    private static boolean tryIt() {
        try (Arena scope = Arena.ofShared()) {
            MemorySegment pages = HoleFile.map(2 * Reservation.PAGE_BYTES, scope);
            pages.fill((byte) 1);
            pages.asSlice(0, Reservation.PAGE_BYTES).unload();
            return pages.get(ValueLayout.JAVA_BYTE, Reservation.PAGE_BYTES - 1) == 0
                    && pages.get(ValueLayout.JAVA_BYTE, Reservation.PAGE_BYTES) == 1;
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }
}
