package org.quern.examples;

import java.util.List;

import org.quern.xarray.LongProbe;
import org.quern.xarray.LongXArray;
import org.quern.xarray.Mark;
import org.quern.xarray.XArray;
import org.quern.xarray.XArrayConfig;
import org.quern.xarray.XArrayStats;

/** A sparse array: what it costs where it is dense and where it is not, how marks find their entries, and what readers see meanwhile. */
public final class SparseArray {
    private SparseArray() {}

    /**
     * Fills arrays in different ways and prints what they are.
     *
     * @param args ignored
     * @throws InterruptedException never
     */
    public static void main(String[] args) throws InterruptedException {
        readme();
        shapes();
        sparse();
        marks();
        objects();
        readers();
    }

    private static void readme() {
        // snippet: readme-xarray
        try (LongXArray blocks = LongXArray.create()) { // off the heap; indices are unsigned 64-bit
            blocks.store(7, 4096);
            blocks.store(-1L, 8192); // the last index of all
            blocks.mark(7, Mark.M0); // say: dirty
            long block = blocks.load(7); // lock-free: 4096
            blocks.forEachMarked(Mark.M0, (index, value) -> System.out.println("dirty: " + index + " at " + value));
            blocks.erase(7); // and its marks
            System.out.println(block + ", now " + blocks.load(7) + ", any dirty: " + blocks.anyMarked(Mark.M0));
        }
        // end: readme-xarray
    }

    private static void shapes() {
        System.out.println();
        System.out.println("What 100,000 entries cost:");
        System.out.printf("  %-34s %8s %8s %14s %14s%n", "indices", "height", "nodes", "bytes/entry", "compressed");
        for (Shape shape : Shape.values()) {
            XArrayStats plain = filled(shape, XArrayConfig.defaults());
            XArrayStats compressed = filled(shape, XArrayConfig.defaults().compressed());
            System.out.printf("  %-34s %8d %8d %14.1f %14.1f%n", shape.text, plain.height(), plain.nodes(),
                    plain.nodeBytes() / 100_000.0, compressed.nodeBytes() / 100_000.0);
        }
    }

    private static XArrayStats filled(Shape shape, XArrayConfig config) {
        try (LongXArray array = LongXArray.create(config)) {
            for (int i = 0; i < 100_000; i++) {
                array.store(shape.index(i), i);
            }
            return array.stats();
        }
    }

    private static void sparse() {
        System.out.println();
        // snippet: sparse
        XArrayConfig farApart = XArrayConfig.defaults().named("sessions").compressed();
        try (LongXArray sessions = LongXArray.create(farApart)) {
            sessions.store(0x5eed_0000_0017L, 4); // no path of nodes: a slot of the root links to a node of 128 bytes
            sessions.store(0x5eed_7fff_0000L, 5);
            LongProbe next = new LongProbe();
            sessions.findAfter(0x5eed_0000_0017L, -1L, next); // in order, as ever
            System.out.println(
                    Long.toHexString(next.index()) + " in " + sessions.stats().nodeBytes() + " bytes of nodes");
        }
        // end: sparse
    }

    private enum Shape {
        DENSE("0, 1, 2, ..") {
            @Override
            long index(int i) {
                return i;
            }
        },
        EVERY_TENTH("0, 10, 20, ..") {
            @Override
            long index(int i) {
                return i * 10L;
            }
        },
        CLUSTERS("a thousand clusters of a hundred") {
            @Override
            long index(int i) {
                return ((i / 100L) << 30) + i % 100;
            }
        },
        HASHES("spread over all 64 bits") {
            @Override
            long index(int i) {
                return i * 0x9E3779B97F4A7C15L;
            }
        };

        private final String text;

        Shape(String text) {
            this.text = text;
        }

        abstract long index(int i);
    }

    private static void marks() {
        System.out.println();
        try (LongXArray pages = LongXArray.create()) {
            for (int i = 0; i < 1_000_000; i++) {
                pages.store(i, i);
            }
            // snippet: marks
            for (long dirty : new long[]{17, 4_711, 999_999}) {
                pages.mark(dirty, Mark.M0);
            }
            pages.forEachMarked(Mark.M0, (page, frame) -> {
                pages.unmark(page, Mark.M0); // written back
                System.out.println("wrote page " + page);
            });
            // end: marks
            // snippet: search
            LongProbe probe = new LongProbe(); // reusable: searching allocates nothing
            for (boolean found = pages.find(500, 503, probe); found; found = pages.findAfter(probe.index(), 503,
                    probe)) {
                System.out.println("page " + probe.index() + " in frame " + probe.value());
            }
            // end: search
        }
    }

    private static void objects() {
        System.out.println();
        // snippet: objects
        try (XArray<String> associations = XArray.create()) {
            associations.store(0x1001, "10.0.0.1 -> 10.0.0.2");
            boolean taken = !associations.insert(0x1001, "somebody else");
            String old = associations.erase(0x1001); // the array no longer refers to it
            System.out.println("was taken: " + taken + ", was: " + old);
        }
        // end: objects
    }

    private static void readers() throws InterruptedException {
        System.out.println();
        try (LongXArray array = LongXArray.create()) {
            array.store(0, 42);
            long[] loads = new long[1];
            Thread reader = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    for (int i = 0; i < 1000; i++, loads[0]++) {
                        if (array.load(0) != 42) {
                            throw new AssertionError("index 0 was not there");
                        }
                    }
                }
            });
            reader.start();
            int rounds = 0;
            for (long end = System.nanoTime() + 200_000_000; System.nanoTime() < end; rounds++) {
                for (long far : List.of(1L, 1L << 20, 1L << 40, -1L)) {
                    array.store(far, 1); // grows the tree, up to eleven levels ..
                    array.erase(far); // .. and shrinks it back to no node at all
                }
            }
            reader.interrupt();
            reader.join();
            System.out.printf("While the tree grew and shrank %,d times, %,d loads of index 0 all found it.%n",
                    rounds * 4, loads[0]);
        }
    }
}
