package org.quern.kapi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The size of a page, without a native call: rules about pages must hold, and print, where no call can be made. Source:
 * the auxiliary vector that the kernel gives every process, getauxval(3).
 */
final class Page {
    /** Bytes, a power of two. Where nobody says, the smallest size in use: the check is then too weak, never wrong. */
    static final long SIZE = size(Path.of("/proc/self/auxv"));

    private static final int AT_PAGESZ = 6;
    private static final long SMALLEST = 4096;

    private Page() {}

    static long size(Path auxv) {
        try {
            ByteBuffer words = ByteBuffer.wrap(Files.readAllBytes(auxv)).order(ByteOrder.nativeOrder());
            while (words.remaining() >= 2 * Long.BYTES) {
                long key = words.getLong();
                long value = words.getLong();
                if (key == AT_PAGESZ && Long.bitCount(value) == 1) {
                    return value;
                }
            }
        } catch (IOException | SecurityException e) {
            // Not Linux, or no /proc.
        }
        return SMALLEST;
    }
}
