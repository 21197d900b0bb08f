package org.quern.vmap.track;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.quern.kapi.linux.PagemapScan;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class TrackingTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final int PAGES = 100;

    private static MarkScan marks(int pages) {
        return new MarkScan(MemorySegment.ofArray(new long[pages / 8 + 1]));
    }

    private static BitSet pages(Regions regions) {
        BitSet set = new BitSet();
        for (int i = 0; i < regions.count(); i++) {
            set.set((int) (regions.start(i) / PAGE), (int) (regions.end(i) / PAGE));
        }
        return set;
    }

    @Test
    void changedRangesAgreeWithABitSet() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ChangedRanges ranges = new ChangedRanges();
        BitSet model = new BitSet();
        for (int i = 0; i < 20_000; i++) {
            int from = random.nextInt(PAGES);
            int to = from + random.nextInt(12);
            if (random.nextBoolean()) {
                ranges.add(from, to);
                model.set(from, to);
            } else {
                int next = model.nextSetBit(from);
                assertThat(ranges.next(from, to)).as("seed %s", seed).isEqualTo(next < 0 || next > to ? to : next);
                long end = ranges.take(from, to);
                int clear = model.nextClearBit(from);
                assertThat(end).as("seed %s", seed)
                        .isEqualTo(model.get(from) && to > from ? Math.min(clear, to) : from);
                model.clear(from, (int) Math.max(from, end));
            }
            assertThat(ranges.bytes()).as("seed %s", seed).isEqualTo(model.cardinality());
        }
    }

    @Test
    void marksAgreeWithASetOfPages() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        MarkScan marks = marks(PAGES);
        BitSet written = new BitSet();
        BitSet present = new BitSet();
        Regions regions = new Regions(200);
        for (int i = 0; i < 20_000; i++) {
            int from = random.nextInt(PAGES);
            int to = from + 1 + random.nextInt(PAGES - from);
            switch (random.nextInt(8)) {
                case 0 -> {
                    marks.clear(from * PAGE, to * PAGE);
                    written.clear(from, to);
                }
                case 1 -> {
                    marks.discarding(from * PAGE, to * PAGE);
                    present.clear(from, to);
                }
                case 2, 3, 4 -> {
                    boolean protect = random.nextBoolean();
                    boolean inverted = random.nextInt(4) == 0;
                    long limit = random.nextInt(3) == 0 ? 1 + random.nextInt(20) : 0;
                    long bit = random.nextBoolean() ? PagemapScan.PAGE_IS_WRITTEN : PagemapScan.PAGE_IS_PRESENT;
                    ScanOrder order = new ScanOrder(inverted ? bit : 0, bit, 0, 0, limit, protect);
                    regions.clear(1 + random.nextInt(30));
                    marks.scan(from * PAGE, to * PAGE, order, regions);
                    BitSet of = (BitSet) (bit == PagemapScan.PAGE_IS_WRITTEN ? written : present).clone();
                    if (inverted) {
                        of.flip(0, PAGES);
                    }
                    of.clear(0, from);
                    of.clear((int) (regions.resumeAt() / PAGE), PAGES + 1);
                    assertThat(pages(regions)).as("seed %s", seed).isEqualTo(of);
                    assertThat(limit == 0 || of.cardinality() <= limit).isTrue();
                    assertThat(regions.isComplete()).isEqualTo(regions.resumeAt() == to * PAGE);
                    if (protect) {
                        written.andNot(of);
                    }
                }
                default -> {
                    marks.mark(from * PAGE + random.nextLong(PAGE), 1);
                    written.set(from);
                    present.set(from);
                }
            }
        }
    }

    @Test
    void aStepThatFailsLosesNothing() {
        MarkScan marks = marks(PAGES);
        boolean[] fail = {false};
        Residency failing = (from, to, into) -> {
            if (fail[0]) {
                throw new IllegalStateException("the system fails");
            }
            into.add(from, to, 0);
            into.stop(to, true);
        };
        Tracking tracking = Tracking.byMarks(PAGES * PAGE, marks, failing);
        Regions regions = new Regions(8);
        tracking.collect(PAGES * PAGE, regions);
        assertThat(pages(regions).cardinality()).isEqualTo(PAGES);
        marks.mark(3 * PAGE, 1);
        tracking.changed().add(50 * PAGE, 60 * PAGE);
        fail[0] = true;
        for (int i = 0; i < 3; i++) { // page 3 is taken before the failure at 50
            assertThatThrownBy(() -> tracking.collect(PAGES * PAGE, regions)).hasMessage("the system fails");
            assertThat(regions.count()).as("nothing half-done is shown").isZero();
        }
        fail[0] = false;
        tracking.collect(PAGES * PAGE, regions);
        BitSet reported = pages(regions);
        assertThat(reported.get(3)).isTrue();
        assertThat(reported.nextClearBit(50)).isGreaterThanOrEqualTo(60);
        tracking.collect(PAGES * PAGE, regions);
        assertThat(regions.count()).isZero();
    }

    @Test
    void theOldFileListsTheSamePages() throws Exception {
        assumeTrue(PagemapFile.isReadable() && KernelScan.availability().isPresent());
        Reservation reservation = Reservation.open("old", 1 << 24, 1 << 24);
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment memory = reservation.segment(scope);
            Random random = new Random(3);
            for (int i = 0; i < 500; i++) {
                memory.set(ValueLayout.JAVA_BYTE, random.nextLong(1 << 24), (byte) 1);
            }
            Residency kernel = Tracking.content(new KernelScan(reservation.base(), reservation), false);
            Residency file = new PagemapFile(reservation.base());
            assertThat(all(file, 1 << 24, 7)).isEqualTo(all(kernel, 1 << 24, 64)).isNotEmpty();
        }
    }

    private static List<Long> all(Residency residency, long bytes, int capacity) {
        List<Long> found = new ArrayList<>();
        Regions regions = new Regions(capacity);
        for (long at = 0; at < bytes; at = regions.resumeAt()) {
            regions.clear();
            residency.list(at, bytes, regions);
            pages(regions).stream().forEach(page -> found.add((long) page));
        }
        return found;
    }

    @Test
    void aMappingIsRecognised() {
        List<String> maps = List.of("1000-3000 rw-p 00000000 00:00 0 ",
                "3000-5000 rw-s 00000000 00:01 1027                       /memfd:name (deleted)",
                "5000-6000 rw-s 00000000 00:19 77                         /dev/shm/x (deleted)",
                "8000-9000 rw-p 00000000 08:01 99                         /var/data file");
        assertThat(MappingKind.at(0x1000, 0x2000, maps)).isEqualTo(MappingKind.ANONYMOUS);
        assertThat(MappingKind.at(0x3000, 0x3000, maps)).isEqualTo(MappingKind.MEMORY_FILE);
        assertThat(MappingKind.at(0x1000, 0x3000, maps)).as("mixed").isEqualTo(MappingKind.OTHER);
        assertThat(MappingKind.at(0x8000, 0x1000, maps)).isEqualTo(MappingKind.OTHER);
        assertThat(MappingKind.at(0x7000, 0x1000, maps)).as("nothing").isEqualTo(MappingKind.OTHER);
    }
}
