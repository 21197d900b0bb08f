package org.quern.vmap.heap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quern.vmap.page.PageBudget;
import org.quern.vmap.reserve.Backing;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Seeded random operations on the heap behind the allocator, against a map of what is in use: nothing is handed out twice, nothing
 * is lost, every block keeps its bytes until it is given back. The system refuses grants, and to take memory
 * back, at random and then at every single step. {@code -Dquern.long=true}: 10^7 operations; {@code -Dquern.seed=N}.
 */
@Timeout(6000)
class CentralHeapModelTest {
    private static final long OPERATIONS = Boolean.getBoolean("quern.long") ? 10_000_000 : 100_000;
    private static final long SEED = Long.getLong("quern.seed", System.nanoTime());
    private static final long REGION = 1L << 30;

    /** A system that refuses when told to: the {@code countdown}-th call from now, or each with a probability. */
    private final class Moody implements PageHeap.Memory {
        private final long offset;

        Moody(long offset) {
            this.offset = offset;
        }

        @Override
        public boolean grant(long pages) {
            return !refuses() && budget.tryTake(pages);
        }

        @Override
        public void returnGrant(long pages) {
            budget.giveBack(pages);
        }

        @Override
        public void decommit(long firstPage, long pages) {
            if (refuses()) {
                throw new IllegalStateException("refused");
            }
            reservation.decommit(offset + (firstPage << Reservation.PAGE_SHIFT), pages << Reservation.PAGE_SHIFT);
        }

        private boolean refuses() {
            steps++;
            return steps == refusedStep || random.nextDouble() < refusal;
        }
    }

    private final Random random = new Random(SEED);
    private final PageBudget budget = new PageBudget(16 << 10); // 64 MiB
    private final Arena scope = Arena.ofShared();
    private final Reservation reservation;
    private final Reservation books;
    private final MemorySegment memory;
    private final CentralHeap heap;
    private final Magazines[] magazines;
    private final TreeMap<Long, Long> model = new TreeMap<>(); // offset -> bytes asked for
    private final List<Long> live = new ArrayList<>();
    private long steps;
    private long refusedStep = -1;
    private double refusal;

    CentralHeapModelTest() throws Exception {
        System.out.println("seed " + SEED);
        reservation = Reservation.open(Backing.preferred(), "model", 2 * REGION, 2 * REGION);
        long bytes = BlockMap.bytesFor(Long.numberOfTrailingZeros(REGION));
        books = Reservation.open(Backing.preferred(), "model/books", bytes, bytes);
        memory = reservation.segment(scope);
        heap = new CentralHeap(reservation, books, () -> {}, new Moody(0), new Moody(REGION));
        magazines = new Magazines[]{new Magazines(heap), new Magazines(heap)};
    }

    @AfterEach
    void nothingIsLost() {
        heap.verify();
        refusal = 0;
        refusedStep = -1;
        while (!live.isEmpty()) {
            giveBack(live.size() - 1);
        }
        for (Magazines m : magazines) {
            m.drain();
        }
        heap.trim();
        heap.verify();
        assertThat(heap.pages().used()).as("pages in use when nothing is").isZero();
        assertThat(heap.pages().populated()).isZero();
        assertThat(budget.used()).isZero();
        scope.close();
    }

    @Test
    void agreesWithAMap() {
        run(OPERATIONS, 1 << 20);
    }

    @Test
    void agreesWithAMapWhenTheSystemRefusesNowAndThen() {
        refusal = 0.3;
        run(OPERATIONS / 3, 1 << 20);
    }

    @Test
    void anySingleStepMayFail() {
        for (int step = 1; step <= 200; step++) {
            refusedStep = steps + step;
            run(100, 200_000);
            heap.verify();
        }
    }

    private void run(long operations, int largest) {
        long progress = System.nanoTime();
        int wanted = 500;
        for (long i = 0; i < operations; i++) {
            if (i % 5000 == 0) {
                wanted = random.nextInt(4000);
            }
            int dice = random.nextInt(1000);
            if (dice == 0) {
                disturb();
            } else if (live.isEmpty() || random.nextInt(2 * wanted + 1) > live.size()) {
                take(largest);
            } else {
                giveBack(random.nextInt(live.size()));
            }
            if ((i & 0xFFFF) == 0) {
                heap.verify();
                if (System.nanoTime() - progress > 5_000_000_000L) {
                    progress = System.nanoTime();
                    System.out.println("  " + i + " of " + operations + " operations, " + live.size() + " live");
                }
            }
        }
    }

    private void disturb() {
        magazines[random.nextInt(2)].drain();
        try {
            heap.trim();
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("refused");
        }
        for (Long offset : live.subList(0, Math.min(3, live.size()))) {
            if (model.get(offset) <= 16) {
                continue; // the next granule is the next block's
            }
            assertThat(magazines[0].giveBack(offset + 16) || heap.giveBackLarge(offset + 16))
                    .as("a block in use cannot begin inside another").isFalse();
        }
    }

    private void take(int largest) {
        long bytes = 1 + (long) Math.pow(largest, random.nextDouble());
        long entry;
        try {
            entry = SizeClasses.covers(bytes)
                    ? magazines[random.nextInt(2)].take(SizeClasses.of(bytes))
                    : heap.takeLarge(bytes, 1L << random.nextInt(4));
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("refused"); // from the purge that should have made room
            return;
        }
        if (entry == 0) {
            return;
        }
        long offset = Magazines.offsetOf(entry);
        assertThat(offset).isPositive();
        assertThat(heap.bytesOf(offset)).isGreaterThanOrEqualTo(bytes);
        Long below = model.floorKey(offset + bytes - 1);
        assertThat(below == null || below + model.get(below) <= offset).as("%d+%d overlaps %s", offset, bytes, below)
                .isTrue();
        if (Magazines.isZero(entry)) {
            for (long at : new long[]{0, bytes / 2, bytes - 1}) {
                assertThat(memory.get(ValueLayout.JAVA_BYTE, offset + at)).as("said to be zero").isZero();
            }
        }
        model.put(offset, bytes);
        live.add(offset);
        stamp(offset, bytes);
    }

    /** The block's own offset at both ends and in the middle: whoever else wrote there would show. */
    private void stamp(long offset, long bytes) {
        for (long at : places(bytes)) {
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, offset + at, offset + at);
        }
    }

    private static long[] places(long bytes) {
        return bytes < 8 ? new long[0] : new long[]{0, bytes / 2 - 4, bytes - 8};
    }

    private void giveBack(int place) {
        long offset = live.get(place);
        live.set(place, live.getLast());
        live.removeLast();
        long bytes = model.remove(offset);
        long[] places = places(bytes);
        if (places.length > 0 && bytes >= 24) {
            for (long at : places) {
                assertThat(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + at)).isEqualTo(offset + at);
            }
        }
        boolean small = SizeClasses.covers(bytes);
        Magazines mine = magazines[random.nextInt(2)];
        assertThat(small ? mine.giveBack(offset) : heap.giveBackLarge(offset)).isTrue();
        assertThat(mine.giveBack(offset) || heap.giveBackLarge(offset)).as("a second time").isFalse();
    }
}
