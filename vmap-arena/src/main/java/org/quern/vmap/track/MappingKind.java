package org.quern.vmap.track;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What is mapped at some addresses, as far as it decides where content may be: read off {@code /proc/self/maps}. */
public enum MappingKind {
    /** Memory of this process: what is not in its page table is zeros. */
    ANONYMOUS,
    /** A file in memory: what is not in the page table may be in the file. */
    MEMORY_FILE,
    /** A file on a disk, or unknown: any page may have content. */
    OTHER;

    private static final Path MAPS = Path.of("/proc/self/maps");

    /**
     * Looks it up; a millisecond.
     *
     * @param base address of the first byte
     * @param bytes how many
     * @return the kind of all mappings there; OTHER if they differ, or cannot be read
     */
    public static MappingKind at(long base, long bytes) {
        try {
            return at(base, bytes, Files.readAllLines(MAPS, StandardCharsets.ISO_8859_1));
        } catch (IOException | UncheckedIOException e) {
            return OTHER;
        }
    }

    static MappingKind at(long base, long bytes, List<String> maps) {
        MappingKind all = null;
        for (String line : maps) { // "7f00-7f10 rw-s 00000000 00:01 1027  /memfd:name (deleted)"
            int dash = line.indexOf('-');
            int space = line.indexOf(' ');
            long start = Long.parseUnsignedLong(line, 0, dash, 16);
            long end = Long.parseUnsignedLong(line, dash + 1, space, 16);
            if (start < base + bytes && base < end) {
                MappingKind kind = kindOf(line.split(" +", 6));
                all = all == null || all == kind ? kind : OTHER;
            }
        }
        return all == null ? OTHER : all;
    }

    private static MappingKind kindOf(String[] words) {
        String file = words.length > 5 ? words[5] : "";
        if (words[4].equals("0")) {
            return ANONYMOUS;
        }
        return file.startsWith("/memfd:") || file.startsWith("/dev/shm/") || file.startsWith("/dev/zero")
                ? MEMORY_FILE
                : OTHER;
    }
}
