package org.quern.examples;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.quern.vmap.ArenaOptions;
import org.quern.vmap.CompressedFile;
import org.quern.vmap.FaultException;
import org.quern.vmap.FaultHandler;
import org.quern.vmap.FaultRequest;
import org.quern.vmap.LazyArea;
import org.quern.vmap.LazyAreaOptions;
import org.quern.vmap.VmapArena;

/**
 * A compressed file as memory: nothing is read until a page is needed, and the thread that needs it decompresses it. Draws
 * which thread filled which pages, discards some, and shows what a failing handler looks like.
 */
public final class LazyFile {
    private static final int RUN = 64 << 10;
    private static final int RUNS = 64;
    private static final int BYTES = RUN * RUNS;

    private LazyFile() {}

    /**
     * Runs it.
     *
     * @param args none
     * @throws Exception if the files cannot be written
     */
    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory("lazy-file");
        Path plain = directory.resolve("plain");
        Path packed = directory.resolve("packed");
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).named("files"))) {
            Files.write(plain, lines());
            long small = CompressedFile.write(plain, packed, RUN);
            System.out.println(BYTES + " bytes in a file of " + small);
            show(arena, packed);
            failing(arena);
        } finally {
            Files.deleteIfExists(plain);
            Files.deleteIfExists(packed);
            Files.delete(directory);
        }
    }

    /** 16 bytes a line: its number. */
    private static byte[] lines() {
        StringBuilder text = new StringBuilder(BYTES);
        for (int line = 0; line < BYTES / 16; line++) {
            text.append(String.format("line %10d\n", line));
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void show(VmapArena arena, Path packed) throws Exception {
        char[] by = new char[RUNS];
        Arrays.fill(by, '.');
        FaultHandler file = FaultHandler.compressedFile(packed);
        // snippet: lazy-file
        LazyAreaOptions options = LazyAreaOptions.ofBytes(BYTES).named("log");
        try (LazyArea area = LazyArea.open(arena, options, watched(file, by))) {
            MemorySegment line = area.access(16 * 100_000, 16); // decompresses the 64 KiB around it, in this thread
            System.out.print(text(line));
            // end: lazy-file
            System.out.println(new String(by) + "  after one line");
            List<Thread> readers = new ArrayList<>();
            for (int reader = 0; reader < 3; reader++) {
                int first = reader * 20;
                readers.add(Thread.ofPlatform().name(String.valueOf((char) ('a' + reader)))
                        .start(() -> area.prefetch((long) first * RUN, 18L * RUN)));
            }
            for (Thread reader : readers) {
                reader.join();
            }
            System.out.println(new String(by) + "  after three readers");
            // snippet: lazy-discard
            long bytes = area.discard(10L * RUN, 20L * RUN); // every segment ends, the memory goes back
            System.out.println("discarded " + bytes + " bytes, present " + area.stats().presentBytes());
            line = area.access(16 * 100_000, 16); // the old segment would throw; this one was filled again
            // end: lazy-discard
            System.out.print(text(line));
            System.out.println(area.stats());
        }
    }

    private static String text(MemorySegment line) {
        return new String(line.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }

    /** The handler, and who called it. */
    private static FaultHandler watched(FaultHandler handler, char[] by) {
        return new FaultHandler() {
            @Override
            public long fill(FaultRequest request) throws Exception {
                by[(int) (request.offset() / RUN)] = Thread.currentThread().getName().charAt(0);
                return handler.fill(request);
            }

            @Override
            public void close() {
                handler.close();
            }
        };
    }

    private static void failing(VmapArena arena) {
        // snippet: lazy-failing
        FaultHandler broken = request -> {
            throw new IOException("disk on fire");
        };
        try (LazyArea area = LazyArea.open(arena, LazyAreaOptions.ofBytes(1 << 20).attempts(3), broken)) {
            area.access(0, 1);
        } catch (FaultException e) {
            System.out.println(e.kind() + ": " + e.getMessage()); // the page is absent: the next touch asks again
        }
        // end: lazy-failing
    }
}
