package org.quern.examples;

import org.quern.xarray.AbstractXArray;
import org.quern.xarray.Allocation;
import org.quern.xarray.CyclicCounter;
import org.quern.xarray.Limit;
import org.quern.xarray.LongReadCursor;
import org.quern.xarray.LongWriteCursor;
import org.quern.xarray.LongXArray;
import org.quern.xarray.Mark;
import org.quern.xarray.WriteScope;
import org.quern.xarray.XArray;
import org.quern.xarray.XArrayConfig;

/** Entries that span indices, exact ranges, identifiers, cursors: a memory map of pages large and small, and sessions that know their numbers. */
public final class RangesAndIds {
    private RangesAndIds() {}

    /**
     * Prints what each does.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        orders();
        ranges();
        ids();
        cursors();
    }

    private static void orders() {
        // snippet: orders
        try (LongXArray pages = LongXArray.create()) {
            pages.store(512, 9, 77); // 2^9 pages from 512 on: one entry, one node
            pages.mark(600, Mark.M0); // any index of an entry stands for all of it
            System.out.println("page 700 is in frame " + pages.load(700) + ", order " + pages.orderAt(700)
                    + ", dirty: " + pages.isMarked(1000, Mark.M0));
            pages.splitTo(700, 0); // halves, and halves of the half around 700
            pages.store(700, 4711); // now only this one
            print("after the split", pages);
        }
        // end: orders
    }

    private static void ranges() {
        // snippet: ranges
        try (LongXArray map = LongXArray.create()) {
            map.fill(0, -1L, 1); // every index there is, with two entries
            map.fill(1000, 1_000_000, 2);
            map.clearRange(2000, 2999);
            System.out
                    .println("2^64 indices in " + map.count(0, -1L) + " entries and " + map.stats().nodes() + " nodes: "
                            + map.load(999) + " " + map.load(1999) + " " + map.load(2000) + " " + map.load(3000));
        }
        // end: ranges
    }

    private static void ids() {
        // snippet: ids
        record Session(long id, String user) {}
        XArrayConfig config = XArrayConfig.defaults().named("sessions").allocating(Allocation.FROM_ONE);
        try (XArray<Session> sessions = XArray.create(config)) {
            long first = sessions.allocate(id -> new Session(id, "ada"), Limit.U31); // built from its id, then published
            CyclicCounter counter = CyclicCounter.create();
            long second = sessions.allocateCyclic(new Session(0, "bob"), Limit.U31, counter);
            sessions.erase(second);
            long third = sessions.allocateCyclic(new Session(0, "eve"), Limit.U31, counter); // not the one just given up
            long later = sessions.allocateReserved(Limit.U31); // taken, and nothing there yet
            System.out.println("ids " + first + ", " + second + ", " + third + "; reserved " + later + ": "
                    + sessions.load(first) + ", " + sessions.load(later));
            sessions.fulfil(later, new Session(later, "late"));
        }
        // end: ids
    }

    private static void cursors() {
        try (LongXArray pages = LongXArray.create()) {
            for (int i = 0; i < 100; i += 10) {
                pages.store(i, i * 100L);
                pages.mark(i, Mark.M1);
            }
            // snippet: cursors
            try (LongReadCursor cursor = pages.cursor(35)) { // lock-free; belongs to this thread
                cursor.next(-1L);
                System.out.println("first at or after 35: " + cursor.index());
                cursor.stepForward();
                System.out.println("its neighbour " + cursor.index() + " has " + cursor.value());
            }
            try (WriteScope scope = pages.lock(); LongWriteCursor cursor = pages.writeCursor(scope, 0)) { // one step for other writers
                while (cursor.nextMarked(-1L, Mark.M1)) {
                    cursor.store(cursor.value() + 1);
                    cursor.unmark(Mark.M1);
                    if (cursor.index() == 50) {
                        cursor.pause(); // lets others write ..
                        cursor.resume(); // .. and goes on behind 50
                    }
                }
            }
            // end: cursors
            System.out.println("marked now: " + pages.anyMarked(Mark.M1) + ", 90 has " + pages.load(90));
        }
    }

    private static void print(String what, LongXArray array) {
        System.out.println(what + ":");
        array.forEach((index, value) -> System.out.printf("  %5d..%-5d order %d: %d%n", index, last(array, index),
                array.orderAt(index), value));
    }

    private static long last(AbstractXArray array, long index) {
        return array.lastOf(index);
    }
}
