package org.quern.jcstress.vmap;

import java.lang.foreign.MemorySegment;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.kapi.linux.PagemapScan;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.track.MarkScan;
import org.quern.vmap.track.Regions;
import org.quern.vmap.track.ScanOrder;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/**
 * T1, T2: marks lose no write. A copy made after the mark was taken has the data, or the mark is there for the next epoch.
 * Two pages, whose marks share the word that the scanner exchanges; the results are the copies of both after the next epoch.
 */
public final class WriteMarkStress {
    private WriteMarkStress() {}

    /** Two pages, their marks, and a copy. */
    private static final class Pages {
        private static final long PAGE = Reservation.PAGE_BYTES;
        private static final ScanOrder WRITTEN = new ScanOrder(0, PagemapScan.PAGE_IS_WRITTEN, 0, 0, 0, true);

        private final MarkScan marks = new MarkScan(MemorySegment.ofArray(new long[1]));
        private final Regions regions = new Regions(4);
        private int first;
        private int second;
        private int copyOfFirst;
        private int copyOfSecond;

        void writeFirst() {
            first = 1;
            marks.mark(0, 1);
        }

        void writeSecond() {
            second = 1;
            marks.mark(PAGE, 1);
        }

        void epoch() {
            regions.clear();
            marks.scan(0, 2 * PAGE, WRITTEN, regions);
            for (int i = 0; i < regions.count(); i++) {
                if (regions.start(i) == 0) {
                    copyOfFirst = first;
                }
                if (regions.end(i) == 2 * PAGE) {
                    copyOfSecond = second;
                }
            }
        }

        void copies(II_Result r) {
            epoch();
            r.r1 = copyOfFirst;
            r.r2 = copyOfSecond;
        }
    }

    /** The page that is written has an older mark, which the scanner takes at the same time. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "copied, in this epoch or the next")
    @State
    public static class MarkedBefore {
        private final Pages pages = new Pages();

        public MarkedBefore() {
            pages.marks.mark(0, 1);
        }

        @Actor
        public void writer() {
            pages.writeFirst();
        }

        @Actor
        public void scanner() {
            pages.epoch();
        }

        @Arbiter
        public void nextEpoch(II_Result r) {
            pages.copies(r);
        }
    }

    /** The neighbour has a mark; taking it must not take the one that is set meanwhile. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both copied, in this epoch or the next")
    @State
    public static class NeighbourMarked {
        private final Pages pages = new Pages();

        public NeighbourMarked() {
            pages.writeFirst();
        }

        @Actor
        public void writer() {
            pages.writeSecond();
        }

        @Actor
        public void scanner() {
            pages.epoch();
        }

        @Arbiter
        public void nextEpoch(II_Result r) {
            pages.copies(r);
        }
    }
}
