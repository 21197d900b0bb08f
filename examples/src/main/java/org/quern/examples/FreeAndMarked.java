package org.quern.examples;

import java.util.Arrays;
import java.util.SplittableRandom;

import org.quern.vmap.Selection;
import org.quern.xarray.Holes;
import org.quern.xarray.IndexRange;
import org.quern.xarray.LongBatch;
import org.quern.xarray.LongEntries;
import org.quern.xarray.LongXArray;
import org.quern.xarray.Mark;
import org.quern.xarray.WriteScope;

/** A page cache in small: which blocks of a file are not cached, which cached pages are to be written and are not being written, and many lookups at once. */
public final class FreeAndMarked {
    private static final Mark DIRTY = Mark.M0;
    private static final Mark WRITEBACK = Mark.M1;
    private static final int MANY = 1 << 20;

    private FreeAndMarked() {}

    /**
     * Prints what each does.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        holes();
        marks();
        batches();
    }

    @SuppressWarnings("try") // the scope is held, not used
    private static void holes() {
        // snippet: holes
        try (LongXArray frames = LongXArray.create()) {
            frames.fill(0, 99, 1); // taken
            frames.fill(112, 127, 2);
            frames.reserve(130);
            Holes holes = frames.holes();
            IndexRange hole = holes.holeAt(105);
            System.out
                    .println("free around 105: " + hole + ", next free after 112: " + holes.next(112, -1L).getAsLong());
            System.out
                    .println("16 free, aligned: " + holes.lowest(16, 16, 0, -1L).getAsLong() + "; highest below 1000: "
                            + holes.highest(16, 16, 0, 999).getAsLong());
            try (WriteScope scope = frames.lock()) { // to take it before another does
                long first = holes.lowest(12, 1, 0, -1L).getAsLong();
                frames.fill(first, first + 11, 3);
                System.out.println("took 12 from " + first + "; taken now: " + holes.runAt(first));
            }
        }
        // end: holes
    }

    private static void marks() {
        // snippet: selections
        try (LongXArray pages = LongXArray.create()) {
            for (long page = 0; page < 1000; page++) {
                pages.store(page, page);
            }
            LongEntries all = pages.entries();
            all.range(100, 299).mark(DIRTY); // a whole range, leaf by leaf
            all.range(250, 500).mark(WRITEBACK);
            System.out.println("dirty, not in writeback: " + all.marked(DIRTY).unmarked(WRITEBACK).count());
            Selection either = Selection.ALL.withAnyOf(Mark.mask(DIRTY, WRITEBACK));
            System.out.println(
                    "either: " + all.marked(either).count() + ", first " + all.marked(either).select(0).getAsLong()
                            + ", clean: " + all.unmarked(DIRTY).unmarked(WRITEBACK).count());
            long begun = all.marked(DIRTY).unmarked(WRITEBACK).mark(WRITEBACK); // one step for other writers
            System.out.println("writeback begun for " + begun + ", page 500 is number " + all.rank(500));
        }
        // end: selections
    }

    private static void batches() {
        SplittableRandom random = new SplittableRandom(1);
        try (LongXArray array = LongXArray.create()) {
            long[] wanted = random.longs(MANY, 0, MANY).toArray();
            fill(array);
            long[] found = new long[MANY];
            long single = Long.MAX_VALUE;
            long together = Long.MAX_VALUE;
            LongBatch batch = array.batch();
            for (int round = 0; round < 20; round++) {
                long begin = System.nanoTime();
                for (int i = 0; i < MANY; i++) {
                    found[i] = array.load(wanted[i]);
                }
                single = Math.min(single, System.nanoTime() - begin);
                begin = System.nanoTime();
                batch.load(wanted, found);
                together = Math.min(together, System.nanoTime() - begin);
            }
            System.out.printf("%d random loads: %.1f ns each one by one, %.1f in a batch; right: %s%n", MANY,
                    (double) single / MANY, (double) together / MANY,
                    Arrays.equals(found, Arrays.stream(wanted).map(index -> index * 2).toArray()));
        }
    }

    private static void fill(LongXArray array) {
        // snippet: batch
        long[] indices = new long[MANY];
        long[] values = new long[MANY];
        Arrays.setAll(indices, i -> i);
        Arrays.setAll(values, i -> 2L * i);
        LongBatch batch = array.batch(); // scratch space of this thread, to be used again
        int inserted = batch.insert(indices, values, MANY); // the lock once for 256
        batch.load(new long[]{7, 77, 7_777_777}, values); // values: 14, 154, ABSENT
        System.out.println("inserted " + inserted + "; " + values[0] + " " + values[1] + " " + values[2]);
        // end: batch
        // snippet: range
        array.loadRange(MANY - 2, values, 0, 4); // adjacent indices, present or not: values of the last two, ABSENT, ABSENT
        System.out.println("in a row: " + values[0] + " " + values[1] + " " + values[2] + " " + values[3]);
        // end: range
    }
}
