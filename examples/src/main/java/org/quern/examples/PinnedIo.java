package org.quern.examples;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.quern.vmap.ArenaOptions;
import org.quern.vmap.Hold;
import org.quern.vmap.PageRange;
import org.quern.vmap.PageRegions;
import org.quern.vmap.Pin;
import org.quern.vmap.PinOptions;
import org.quern.vmap.RangeBusyException;
import org.quern.vmap.VmapArena;
import org.quern.vmap.WriteTracker;

/** The cases in which pages are pinned, held, or neither, each as one row of a table. */
public final class PinnedIo {
    private static final int PAGES = 16;

    private PinnedIo() {}

    /**
     * Prints the table.
     *
     * @param args none
     * @throws IOException if there is no temporary file
     */
    public static void main(String[] args) throws IOException {
        Path file = Files.createTempFile("pinned", ".bin");
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1 << 24).named("io"))) {
            row("case", "taken", "a free meanwhile", "result");
            directIo(arena, file);
            longTerm(arena);
            notifier(arena);
            metadata(arena);
            writtenElsewhere(arena);
            System.out.println("pages pinned " + arena.pins().stats().acquired() + ", outstanding "
                    + arena.pins().stats().outstanding());
        } finally {
            Files.delete(file);
        }
    }

    private static void row(String which, String taken, String free, String result) {
        System.out.printf("%-24s %-14s %-18s %s%n", which, taken, free, result);
    }

    /** What becomes of a free while something is open. */
    private static String free(VmapArena arena, PageRange range) {
        try {
            arena.free(range);
            return "done";
        } catch (RangeBusyException e) {
            return "busy";
        }
    }

    private static void directIo(VmapArena arena, Path file) throws IOException {
        PageRange range = arena.allocatePages(PAGES);
        arena.segment(range).set(ValueLayout.JAVA_LONG, 0, 42);
        boolean direct = write(arena, file, range, true) || write(arena, file, range, false);
        arena.decommit(range);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            // snippet: pin
            try (Pin pin = arena.pins().pin(range, PinOptions.of("copier"))) {
                channel.read(pin.segment().asByteBuffer(), 0);
            }
            // end: pin
        }
        try (Pin pin = arena.pins().pin(range, PinOptions.of("reader").readOnly())) {
            row("1 direct I/O", "pin", free(arena, range), "read back " + pin.segment().get(ValueLayout.JAVA_LONG, 0)
                    + (direct ? "" : " (nothing written)"));
        }
        arena.free(range);
    }

    /** {@code ExtendedOpenOption.DIRECT}, by name: javac warns of its package, and warnings fail our build. */
    private static OpenOption direct() throws IOException {
        try {
            for (Object option : Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option.toString().equals("DIRECT")) {
                    return (OpenOption) option;
                }
            }
        } catch (ClassNotFoundException e) {
            throw new IOException("no direct I/O", e);
        }
        throw new IOException("no direct I/O");
    }

    /** False where the file system has no direct I/O. */
    private static boolean write(VmapArena arena, Path file, PageRange range, boolean direct) throws IOException {
        OpenOption[] options = direct
                ? new OpenOption[]{StandardOpenOption.WRITE, direct()}
                : new OpenOption[]{StandardOpenOption.WRITE};
        try (FileChannel channel = FileChannel.open(file, options);
                Pin pin = arena.pins().pin(range, PinOptions.of("writer").readOnly())) {
            ByteBuffer buffer = pin.segment().asByteBuffer();
            return channel.write(buffer, 0) == range.bytes();
        } catch (IOException | UnsupportedOperationException e) {
            if (!direct) {
                throw e;
            }
            return false;
        }
    }

    private static void longTerm(VmapArena arena) {
        PageRange buffers = arena.allocatePages(PAGES);
        Pin registration = arena.pins().pin(buffers, PinOptions.of("registered buffers").longTerm());
        String free = free(arena, buffers);
        String deferred;
        try {
            deferred = arena.freeWhenUnpinned(buffers).toString();
        } catch (RangeBusyException e) {
            deferred = "not deferred either";
        }
        row("2 registered buffers", "long-term pin", free, deferred);
        registration.close();
        arena.free(buffers);
    }

    private static void notifier(VmapArena arena) {
        PageRange range = arena.allocatePages(PAGES);
        var view = arena.segment(range); // the notice is the exception that its scope throws
        String free = free(arena, range);
        String result;
        try {
            result = "still " + view.get(ValueLayout.JAVA_LONG, 0);
        } catch (IllegalStateException e) {
            result = "told by its segment, and stopped";
        }
        row("3 is told when they go", "nothing", free, result);
    }

    private static void metadata(VmapArena arena) {
        PageRange range = arena.allocatePages(PAGES);
        try (Hold hold = arena.pins().hold(range, "statistics")) {
            String free = free(arena, range);
            row("4 metadata only", "hold", free, "pages " + hold.firstPage() + "+" + hold.pages()
                    + (hold.isGone() ? " are gone" : " are there"));
        }
    }

    private static void writtenElsewhere(VmapArena arena) {
        PageRange range = arena.allocatePages(PAGES);
        try (WriteTracker tracker = arena.trackWrites(range)) {
            PageRegions dirty = PageRegions.ofCapacity(64);
            drain(tracker, dirty);
            Pin pin = arena.pins().pin(range, 3, 2, PinOptions.of("device"));
            String free = free(arena, range);
            pin.close(true);
            row("5 written by a device", "pin", free, "reported dirty: " + drain(tracker, dirty) + " bytes");
        }
        arena.free(range);
    }

    private static long drain(WriteTracker tracker, PageRegions dirty) {
        long bytes = 0;
        boolean all;
        do {
            all = tracker.collect(dirty);
            for (int i = 0; i < dirty.count(); i++) {
                bytes += dirty.bytes(i);
            }
        } while (!all);
        return bytes;
    }
}
