package org.quern.examples;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

import org.quern.vmap.ArenaOptions;
import org.quern.vmap.HugePages;
import org.quern.vmap.PageMap;
import org.quern.vmap.PageRange;
import org.quern.vmap.Population;
import org.quern.vmap.Shortage;
import org.quern.vmap.VmapArena;

/** Draws an arena's pages: what is free, handed out, populated, huge, guarded, in quarantine. */
public final class ArenaMap {
    private static final long HUGE = 2 << 20;

    private ArenaMap() {}

    /**
     * Uses an arena in several ways and prints its picture.
     *
     * @param args the file to draw to, {@code .svg}; without one, a temporary file that is deleted again
     * @throws IOException if the drawing cannot be written
     */
    public static void main(String[] args) throws IOException {
        // snippet: vmap-map
        ArenaOptions options = ArenaOptions.reserving(1L << 30).named("sessions").guardPages(true)
                .quarantine(64 << 20);
        try (VmapArena arena = VmapArena.open(options)) {
            PageRange table = arena.allocatePages(500);
            touchSome(arena.segment(table)); // sparse: the system populates what is touched
            PageRange old = arena.allocatePages(300);
            PageRange index = arena.allocatePages(200);
            populate(arena, index); // whole, at once
            arena.free(old); // its place stays in quarantine
            huge(arena);
            PageMap map = arena.dump();
            System.out.print(map.toText());
            draw(map, args);
            System.out.println("flushed: " + arena.flushQuarantine() / map.pageBytes() + " pages");
        }
        // end: vmap-map
    }

    private static void touchSome(MemorySegment segment) {
        Random random = new Random(7);
        for (int i = 0; i < 120; i++) {
            segment.set(ValueLayout.JAVA_BYTE, random.nextLong(segment.byteSize()), (byte) 1);
        }
    }

    private static void populate(VmapArena arena, PageRange range) {
        // snippet: vmap-populate
        switch (arena.populate(range)) {
            case Population.Populated done -> System.out.println("populated " + done.populatedBytes() + " bytes");
            case Shortage shortage -> System.out.println("nothing was touched: " + shortage);
        }
        // end: vmap-populate
    }

    private static void huge(VmapArena arena) {
        // snippet: vmap-huge
        if (arena.tryAllocatePages(2 * HUGE / 4096, HUGE) instanceof PageRange range) { // at a multiple of 2 MiB
            arena.useHugePages(range); // the advice: from now on the system may populate 2 MiB at once
            arena.populate(range);
            HugePages obtained = arena.useHugePages(range); // and what really came of it
            System.out.println("huge: " + obtained.obtainedBytes() + " of " + obtained.rangeBytes() + " bytes");
        }
        // end: vmap-huge
    }

    private static void draw(PageMap map, String[] args) throws IOException {
        Path file = args.length > 0 ? Path.of(args[0]) : Files.createTempFile("arena-map", ".svg");
        Files.writeString(file, map.toSvg());
        System.out.println("drawn: " + Files.size(file) + " bytes of SVG");
        if (args.length == 0) {
            Files.delete(file);
        }
    }
}
