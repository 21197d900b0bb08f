package org.quern.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.quern.xarray.IdAllocator;
import org.quern.xarray.IdCycle;

/** Identifiers: the lowest free one, a cycle, a block of neighbours, and how little time and memory ten million of them take. */
public final class Identifiers {
    private Identifiers() {}

    /**
     * Takes and frees identifiers, and prints what comes out.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        lowest();
        cycle();
        blocks();
        millions();
    }

    private static void lowest() {
        // snippet: lowest
        IdAllocator streams = new IdAllocator();
        long first = streams.allocate(1, 0x7fff_ffff); // 1: nobody wants stream 0
        long second = streams.allocate(1, 0x7fff_ffff); // 2
        streams.free(first);
        long third = streams.allocate(1, 0x7fff_ffff); // 1 again: the lowest that is free
        System.out.println("streams " + first + ", " + second + ", " + third);
        // end: lowest
    }

    private static void cycle() {
        // snippet: cycle
        IdAllocator ports = new IdAllocator();
        ports.claim(49_153); // taken by somebody else
        IdCycle ephemeral = ports.cycle(49_152, 49_155);
        List<Long> used = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            long port = ephemeral.allocate();
            used.add(port);
            ports.free(port); // free at once, and still not the next one to be used
        }
        System.out.println("ports " + used + ", began again: " + ephemeral.wrapped());
        // end: cycle
    }

    private static void blocks() {
        // snippet: blocks
        IdAllocator vectors = new IdAllocator();
        vectors.claim(3);
        long eight = vectors.allocateBlock(8, 0, 255); // 4: 0..2 are too few
        boolean tooLate = vectors.allocateBlock(250, 0, 255) == IdAllocator.NONE;
        System.out.println("interrupt vectors " + eight + ".." + (eight + 7) + ", 250 in a row: none " + tooLate
                + ", given back: " + vectors.freeRange(0, 255));
        // end: blocks
    }

    private static void millions() {
        System.out.println();
        System.out.printf("%12s %10s %14s %24s%n", "taken", "pages", "bytes each", "free + allocate");
        SplittableRandom random = new SplittableRandom(1);
        for (int live = 1_000; live <= 10_000_000; live *= 10) {
            IdAllocator ids = new IdAllocator();
            ids.allocateBlock(live, 0, Long.MAX_VALUE);
            turnOver(ids, live, random, 1_000_000);
            long start = System.nanoTime();
            turnOver(ids, live, random, 1_000_000);
            long nanos = System.nanoTime() - start;
            System.out.printf("%12d %10d %14.3f %21.0f ns%n", ids.count(), ids.pages(), ids.pages() * 152.0 / live,
                    nanos / 1e6);
        }
    }

    private static void turnOver(IdAllocator ids, int live, SplittableRandom random, int times) {
        for (int i = 0; i < times; i++) {
            long id = random.nextInt(live);
            ids.free(id);
            if (ids.allocate() != id) {
                throw new IllegalStateException("the only free one was " + id);
            }
        }
    }
}
