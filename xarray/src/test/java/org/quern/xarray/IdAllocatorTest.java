package org.quern.xarray;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quern.xarray.id.IdTreeChecker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Identifiers: the lowest, ranges, cycles, blocks, the ends of the range, memory, and that none is ever taken twice. */
class IdAllocatorTest {
    private static final long NONE = IdAllocator.NONE;
    private static final long LAST = Long.MAX_VALUE;

    private final IdAllocator ids = new IdAllocator();

    @AfterEach
    void structure() {
        assertThat(IdTreeChecker.defects(ids.tree())).isEmpty();
    }

    @Test
    void theLowestFreeOneIsGivenOut() {
        for (int i = 0; i < 5000; i++) {
            assertThat(ids.allocate()).isEqualTo(i);
        }
        for (int freed : new int[]{4999, 0, 63, 64, 1023, 1024, 2047, 4096}) {
            assertThat(ids.free(freed)).isTrue();
        }
        for (int freed : new int[]{0, 63, 64, 1023, 1024, 2047, 4096, 4999, 5000}) {
            assertThat(ids.allocate()).isEqualTo(freed);
        }
        assertThat(ids.count()).isEqualTo(5001);
    }

    @Test
    void rangesAreInclusiveAndEndWithNone() {
        assertThat(ids.allocate(61, 65)).isEqualTo(61);
        assertThat(ids.claim(63)).isTrue();
        assertThat(ids.allocate(61, 65)).isEqualTo(62);
        assertThat(ids.allocate(61, 65)).isEqualTo(64);
        assertThat(ids.allocate(61, 65)).isEqualTo(65);
        assertThat(ids.allocate(61, 65)).isEqualTo(NONE);
        assertThat(ids.allocate(7, 7)).isEqualTo(7);
        assertThat(ids.allocate(7, 7)).isEqualTo(NONE);
        assertThat(ids.count()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 63, 64, 1023, 1024, 65_535, 65_536, 1L << 22, 1L << 31, 1L << 32, 1L << 58, 1L << 62,
            LAST})
    void anyIdentifierMayStandAlone(long id) {
        assertThat(ids.claim(id)).isTrue();
        assertThat(ids.claim(id)).isFalse();
        assertThat(ids.isAllocated(id)).isTrue();
        assertThat(ids.nextAllocated(0)).isEqualTo(id);
        assertThat(ids.pages()).isEqualTo(id < 64 ? 0 : 1);
        assertThat(ids.allocate(id, LAST)).isEqualTo(id == LAST ? NONE : id + 1);
        if (id > 0) {
            assertThat(ids.isAllocated(id - 1)).isFalse();
            assertThat(ids.allocate(id - 1, id)).isEqualTo(id - 1);
            assertThat(ids.allocate()).isEqualTo(id == 1 ? 2 : id - 1 == 0 ? 1 : 0);
        }
        ids.clear();
        assertThat(ids.count()).isZero();
        assertThat(ids.isAllocated(id)).isFalse();
        assertThat(ids.nextAllocated(0)).isEqualTo(NONE);
    }

    @Test
    void theEndOfTheRangeDoesNotWrap() {
        assertThat(ids.allocate(LAST - 1, LAST)).isEqualTo(LAST - 1);
        assertThat(ids.allocate(LAST - 1, LAST)).isEqualTo(LAST);
        assertThat(ids.allocate(LAST - 1, LAST)).isEqualTo(NONE);
        assertThat(ids.allocateBlock(2, LAST - 3, LAST)).isEqualTo(LAST - 3);
        assertThat(ids.allocateBlock(1, LAST - 3, LAST)).isEqualTo(NONE);
        List<Long> delivered = new ArrayList<>();
        ids.forEach(delivered::add);
        assertThat(delivered).containsExactly(LAST - 3, LAST - 2, LAST - 1, LAST);
        assertThat(ids.freeRange(LAST - 3, LAST)).isEqualTo(4);
        assertThat(ids.pages()).isZero();
    }

    @Test
    void fewSmallOnesTakeNoPage() {
        for (int i = 0; i < 64; i++) {
            assertThat(ids.allocate()).isEqualTo(i);
        }
        assertThat(ids.pages()).isZero();
        assertThat(ids.allocate()).isEqualTo(64);
        assertThat(ids.pages()).isEqualTo(1);
        for (int i = 0; i <= 64; i++) {
            assertThat(ids.isAllocated(i)).isTrue();
            assertThat(ids.free(i)).isTrue();
        }
        assertThat(ids.pages()).isZero();
        assertThat(ids.allocate()).isZero();
        assertThat(ids.pages()).isZero();
    }

    @Test
    void cyclesGoOnAndReportTheirRounds() {
        IdCycle cycle = ids.cycle(2, 5);
        for (int id = 2; id <= 5; id++) {
            assertThat(cycle.allocate()).isEqualTo(id);
            assertThat(cycle.wrapped()).isFalse();
        }
        assertThat(cycle.allocate()).isEqualTo(NONE);
        ids.free(4);
        assertThat(cycle.allocate()).isEqualTo(4);
        assertThat(cycle.wrapped()).isTrue();
        ids.free(2);
        ids.free(4);
        assertThat(cycle.allocate()).as("4 is free, but was the last one").isEqualTo(2);
        assertThat(cycle.wrapped()).isTrue();
        assertThat(cycle.allocate()).isEqualTo(4);
        assertThat(cycle.wrapped()).isFalse();
    }

    @Test
    void aCycleOverTheLastIdentifierGoesOn() {
        IdCycle cycle = ids.cycle(LAST, LAST);
        assertThat(cycle.allocate()).isEqualTo(LAST);
        assertThat(cycle.allocate()).isEqualTo(NONE);
        ids.free(LAST);
        assertThat(cycle.allocate()).isEqualTo(LAST);
        assertThat(cycle.wrapped()).isTrue();
    }

    @Test
    void blocksAreNeighbours() {
        ids.claim(10);
        ids.claim(100);
        assertThat(ids.allocateBlock(10, 0, LAST)).isZero();
        assertThat(ids.allocateBlock(89, 0, LAST)).isEqualTo(11);
        assertThat(ids.allocateBlock(2, 0, LAST)).isEqualTo(101);
        assertThat(ids.allocateBlock(3000, 0, 3000)).isEqualTo(NONE);
        assertThat(ids.allocateBlock(3000, 0, LAST)).isEqualTo(103);
        assertThat(ids.count()).isEqualTo(3103);
        assertThat(ids.freeRange(0, LAST)).isEqualTo(3103);
        assertThat(ids.count()).isZero();
    }

    @Test
    void misuseIsRefusedAndChangesNothing() {
        assertThatThrownBy(() -> ids.allocate(-1, 5)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1..5");
        assertThatThrownBy(() -> ids.allocate(6, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ids.cycle(6, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ids.claim(-1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("id=-1");
        assertThatThrownBy(() -> ids.free(-2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ids.isAllocated(-2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ids.nextAllocated(-2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ids.allocateBlock(0, 0, 5)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("count=0");
        assertThatThrownBy(() -> ids.freeRange(5, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThat(ids.free(5)).isFalse();
        assertThat(ids.count()).isZero();
    }

    /** Random operations against a bit set, over places where pages, branches and the root come and go. */
    @ParameterizedTest
    @ValueSource(longs = {1, 1 << 10, 1 << 16, 1L << 22, 1L << 40})
    void agreesWithABitSet(long stride) {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        BitSet model = new BitSet();
        int range = stride == 1 ? 5000 : 200;
        boolean filling = true;
        for (int i = 0; i < 60_000; i++) {
            int at = random.nextInt(range);
            filling = model.cardinality() < range && (filling || model.isEmpty());
            String where = "seed " + seed + " step " + i;
            if (random.nextInt(4) == (filling ? 0 : 1)) {
                assertThat(ids.free(at * stride)).as(where).isEqualTo(model.get(at));
                model.clear(at);
            } else if (filling && stride == 1) {
                int free = model.nextClearBit(at);
                assertThat(ids.allocate(at, range - 1)).as(where).isEqualTo(free < range ? free : NONE);
                model.set(free, free < range);
            } else if (filling) {
                assertThat(ids.claim(at * stride)).as(where).isEqualTo(!model.get(at));
                model.set(at);
            } else {
                int next = model.nextSetBit(at);
                assertThat(ids.nextAllocated(at * stride)).as(where).isEqualTo(next < 0 ? NONE : next * stride);
                assertThat(ids.free(at * stride)).as(where).isEqualTo(model.get(at));
                model.clear(at);
            }
            if (i % 500 == 0) {
                compare(model, stride, where);
            }
        }
        compare(model, stride, "seed " + seed);
    }

    /** Where all of a branch of branches is taken, or all of several; and where one more makes the root grow. */
    @ParameterizedTest
    @ValueSource(ints = {1 << 10, 1 << 16, 3 << 16, 1 << 22, (1 << 22) + 1000})
    void fullBranches(int taken) {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        assertThat(ids.allocateBlock(taken, 0, taken - 1)).isZero();
        for (int round = 0; round < 40; round++) {
            int[] some = random.ints(random.nextInt(1, 50), 0, taken).distinct().toArray();
            for (int id : some) {
                assertThat(ids.free(id)).isTrue();
                assertThat(ids.free(id)).isFalse();
            }
            structure();
            Arrays.sort(some);
            for (int i = 0; i < some.length; i++) {
                boolean claimed = i % 3 == 2;
                long from = random.nextInt(some[i] + 1);
                from = i > 0 && random.nextBoolean() ? 0 : Math.max(from, i == 0 ? 0 : some[i - 1] + 1);
                assertThat(claimed ? ids.claim(some[i]) ? some[i] : NONE : ids.allocate(from, taken - 1))
                        .as("seed " + seed).isEqualTo(some[i]);
            }
            assertThat(ids.allocate(0, taken - 1)).isEqualTo(NONE);
            structure();
        }
        assertThat(ids.allocate()).isEqualTo(taken);
        assertThat(ids.free(taken)).isTrue();
    }

    private void compare(BitSet model, long stride, String where) {
        assertThat(ids.count()).as(where).isEqualTo(model.cardinality());
        List<Long> delivered = new ArrayList<>();
        ids.forEach(delivered::add);
        assertThat(delivered).as(where).isEqualTo(model.stream().mapToObj(bit -> bit * stride).toList());
        long pages = stride == 1
                ? model.stream().map(bit -> bit >>> 10).distinct().count()
                : model.stream().mapToLong(bit -> bit * stride >>> 10).distinct().count();
        assertThat(ids.pages()).as(where).isIn(pages, 0L);
        assertThat(IdTreeChecker.defects(ids.tree())).as(where).isEmpty();
        long free = ids.allocate();
        assertThat(free).as(where).isEqualTo(stride == 1 ? model.nextClearBit(0) : model.get(0) ? 1 : 0);
        ids.free(free);
    }

    @Test
    void denseIdentifiersTakeLessThanAFifthOfAByte() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        ids.claim(1 << 20); // classes are loaded, the root is high
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1_000_000; i++) {
            ids.allocate();
        }
        double bytes = (threads.getCurrentThreadAllocatedBytes() - before) / 1e6;
        assertThat(bytes).isBetween(0.12, 0.2);
    }

    @Test
    void noIdentifierIsHandedOutTwice() throws InterruptedException {
        var owners = new ConcurrentHashMap<Long, Thread>();
        var failure = new AtomicReference<Throwable>();
        Runnable worker = () -> {
            SplittableRandom random = new SplittableRandom();
            List<Long> mine = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                if (mine.size() < 50 && random.nextBoolean()) {
                    long id = ids.allocate(0, 199);
                    if (id != NONE) {
                        assertThat(owners.put(id, Thread.currentThread())).isNull();
                        mine.add(id);
                    }
                } else if (!mine.isEmpty()) {
                    long id = mine.remove(random.nextInt(mine.size()));
                    assertThat(owners.remove(id)).isSameAs(Thread.currentThread());
                    assertThat(ids.isAllocated(id)).isTrue();
                    assertThat(ids.free(id)).isTrue();
                }
            }
            for (long id : mine) {
                owners.remove(id);
                ids.free(id);
            }
        };
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Thread thread = new Thread(worker);
            thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(ids.count()).isZero();
        assertThat(ids.pages()).isZero();
    }
}
