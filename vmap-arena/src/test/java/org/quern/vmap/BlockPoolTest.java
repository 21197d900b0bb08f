package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BlockPoolTest {
    private static final long BLOCK = 576;
    private BlockPool pool;

    @BeforeEach
    void open() {
        pool = BlockPool.open("test", BLOCK, 1 << 20);
    }

    @AfterEach
    void check() {
        ArenaChecker.check(pool);
        pool.close();
        ArenaChecker.check(pool);
    }

    @Test
    void freshBlocksComeInAscendingOrderAndZeroIsNeverHandedOut() {
        for (long k = 1; k <= 1000; k++) {
            long offset = pool.take();
            assertThat(offset).isEqualTo(k * BLOCK);
            assertThat(pool.segment(offset).get(ValueLayout.JAVA_LONG, 0)).isZero();
        }
        assertThat(pool.blocksInUse()).isEqualTo(1000);
    }

    @Test
    void givenBackBlocksComeLastInFirstOutWithTheirBytes() {
        long a = pool.take();
        long b = pool.take();
        pool.segment(a).set(ValueLayout.JAVA_LONG, 0, 11);
        pool.segment(b).set(ValueLayout.JAVA_LONG, 0, 22);
        pool.giveBack(a);
        pool.giveBack(b);
        assertThat(pool.take()).isEqualTo(b);
        assertThat(pool.take()).isEqualTo(a);
        assertThat(pool.segment(a).get(ValueLayout.JAVA_LONG, 0)).isEqualTo(11);
        assertThat(pool.take()).isEqualTo(3 * BLOCK);
    }

    @Test
    void exhaustionReturnsZeroAndGivingBackHelps() {
        assertThat(pool.limitBytes()).isEqualTo(1 << 20);
        long blocks = (1 << 20) / BLOCK - 1;
        long last = 0;
        for (long i = 0; i < blocks; i++) {
            last = pool.take();
            assertThat(last + BLOCK).isPositive().isLessThanOrEqualTo(pool.limitBytes());
        }
        assertThat(pool.take()).isZero();
        assertThat(pool.take()).isZero();
        pool.giveBack(last);
        assertThat(pool.take()).isEqualTo(last);
    }

    @Test
    void limitIsAlwaysAPowerOfTwoThatHoldsTwoBlocks() {
        try (BlockPool odd = BlockPool.open("odd", 4104, 1)) {
            assertThat(odd.limitBytes()).isEqualTo(16384);
            assertThat(odd.take()).isEqualTo(4104);
        }
        try (BlockPool three = BlockPool.open("three", 64, 3 << 20)) {
            assertThat(three.limitBytes()).isEqualTo(4 << 20);
            assertThat(three.baseAddress() % 4096).isZero();
        }
    }

    @Test
    void wrongOffsetsAreNamed() {
        long a = pool.take();
        for (long wrong : new long[]{0, -1, -BLOCK, 1, a + 8, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> pool.giveBack(wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("offset=" + wrong);
            assertThatThrownBy(() -> pool.segment(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
        for (long unknown : new long[]{2 * BLOCK, pool.limitBytes() / BLOCK * BLOCK, (1L << 40) * BLOCK}) {
            assertThatThrownBy(() -> pool.giveBack(unknown)).isInstanceOf(StaleHandleException.class)
                    .hasMessageContaining("offset=" + unknown);
        }
        pool.giveBack(a);
        assertThatThrownBy(() -> pool.giveBack(a)).isInstanceOf(StaleHandleException.class);
        assertThatThrownBy(() -> pool.segment(a)).isInstanceOf(StaleHandleException.class);
        assertThat(pool.blocksInUse()).isZero();
    }

    @Test
    void wrongSizesAreNamed() {
        for (long size : new long[]{0, -8, 7, 12, (1L << 40) + 8, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> BlockPool.open("x", size, 1 << 20)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("blockBytes=" + size);
        }
        for (long size : new long[]{0, -1, (1L << 46) + 1, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> BlockPool.open("x", 64, size)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("reserveBytes=" + size);
        }
    }

    @Test
    void closeEndsSegmentsAndDropsMemory() {
        long a = pool.take();
        MemorySegment segment = pool.segment(a);
        segment.fill((byte) 1);
        assertThat(pool.measureResidentBytes()).isPositive();
        pool.close();
        pool.close();
        assertThat(pool.measureResidentBytes()).isZero();
        assertThat(pool.residentBytes()).isZero();
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(pool::take).isInstanceOf(ArenaClosedException.class).hasMessageContaining("test");
        assertThatThrownBy(() -> pool.giveBack(a)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> pool.segment(a)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(pool::trim).isInstanceOf(ArenaClosedException.class);
    }

    @Test
    void aSegmentInASystemCallKeepsThePoolOpen() throws Exception {
        MemorySegment segment = pool.segment(pool.take());
        Holder holder = Holder.of(segment);
        try {
            assertThatThrownBy(pool::close).isInstanceOf(RangeBusyException.class).hasMessageContaining("test");
            assertThat(pool.take()).isPositive();
        } finally {
            holder.release();
        }
        pool.close();
    }

    @Test
    void trimDropsExactlyThePagesOfFreeBlocks() {
        long[] offsets = new long[1500];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = pool.take();
            pool.segment(offsets[i]).fill((byte) 7);
        }
        long full = pool.measureResidentBytes();
        assertThat(full).isEqualTo(pool.residentBytes());
        for (int i = 100; i < 1400; i++) {
            pool.giveBack(offsets[i]);
        }
        long given = pool.trim();
        assertThat(given).isGreaterThan(1280 * BLOCK);
        assertThat(pool.measureResidentBytes()).isEqualTo(full - given).isEqualTo(pool.residentBytes());
        assertThat(pool.trim()).isZero();
        pool.verify();
        for (int i = 0; i < offsets.length; i = i == 99 ? 1400 : i + 1) {
            assertThat(pool.segment(offsets[i]).get(ValueLayout.JAVA_BYTE, BLOCK - 1)).isEqualTo((byte) 7);
        }
        boolean zeros = false;
        for (int i = 0; i < 1300; i++) {
            MemorySegment s = pool.segment(pool.take());
            zeros |= s.get(ValueLayout.JAVA_LONG, 0) == 0;
            s.fill((byte) 9);
        }
        assertThat(zeros).isTrue();
        assertThat(pool.measureResidentBytes()).isEqualTo(full).isEqualTo(pool.residentBytes());
    }

    @Test
    void agreesWithAModel() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int blocks = (int) (pool.limitBytes() / BLOCK);
        BitSet inUse = new BitSet();
        Deque<Long> stack = new ArrayDeque<>();
        long fresh = 1;
        for (int i = 0; i < 1_000_000; i++) {
            String where = "seed " + seed + " step " + i;
            boolean growing = (i / 5000 & 1) == 0;
            if (random.nextInt(10) < (growing ? 7 : 3)) {
                long expected = !stack.isEmpty() ? stack.pop() : fresh < blocks ? fresh++ * BLOCK : 0;
                assertThat(pool.take()).as(where).isEqualTo(expected);
                if (expected > 0) {
                    inUse.set((int) (expected / BLOCK));
                }
            } else {
                int block = random.nextInt(blocks);
                int taken = inUse.nextSetBit(block);
                if (taken >= 0 && random.nextInt(8) != 0) {
                    block = taken;
                }
                long offset = block * BLOCK;
                if (inUse.get(block)) {
                    pool.giveBack(offset);
                    inUse.clear(block);
                    stack.push(offset);
                } else {
                    assertThatThrownBy(() -> pool.giveBack(offset)).as(where).isInstanceOf(RuntimeException.class);
                }
            }
            if (i % 50_000 == 0) {
                pool.trim();
                pool.verify();
                assertThat(pool.blocksInUse()).as(where).isEqualTo(inUse.cardinality());
            }
        }
    }

    @Test
    void arraysAreTakenAndGivenBackAsSingleBlocksAre() {
        long[] blocks = new long[10];
        assertThat(pool.take(blocks, 2, 8)).isEqualTo(6);
        assertThat(blocks).containsExactly(0, 0, BLOCK, 2 * BLOCK, 3 * BLOCK, 4 * BLOCK, 5 * BLOCK, 6 * BLOCK, 0, 0);
        pool.giveBack(blocks, 2, 5);
        assertThat(pool.take()).isEqualTo(3 * BLOCK);
        assertThat(pool.take()).isEqualTo(2 * BLOCK);
        long[] all = new long[4000];
        int taken = pool.take(all, 0, all.length);
        assertThat(taken).isEqualTo((int) (pool.limitBytes() / BLOCK) - 1 - 5);
        assertThat(pool.take(all, taken, all.length)).isZero();
        assertThatThrownBy(() -> pool.take(all, -1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> pool.giveBack(all, 3, 4001)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void ofAnArrayWithAWrongBlockNothingIsGivenBack() {
        long[] blocks = new long[6];
        pool.take(blocks, 0, 6);
        for (long wrong : new long[]{blocks[0], 7 * BLOCK, 1, 0, -BLOCK}) {
            long[] some = {blocks[0], blocks[1], wrong, blocks[3]};
            assertThatThrownBy(() -> pool.giveBack(some, 0, 4)).isInstanceOf(RuntimeException.class)
                    .hasMessageContaining("offset=" + wrong);
            assertThat(pool.blocksInUse()).isEqualTo(6);
            pool.verify();
        }
        pool.giveBack(blocks, 0, 6);
        assertThat(pool.take()).isEqualTo(blocks[5]);
    }

    @Test
    void neverHandsOutABlockTwiceAmongThreads() throws Exception {
        Set<Long> owned = ConcurrentHashMap.newKeySet();
        Set<String> failures = ConcurrentHashMap.newKeySet();
        CountDownLatch done = new CountDownLatch(4);
        for (int t = 0; t < 4; t++) {
            int number = t;
            Thread.ofPlatform().start(() -> {
                try {
                    Random random = new Random(number);
                    Set<Long> mine = new HashSet<>();
                    for (int i = 0; i < 50_000; i++) {
                        if (random.nextInt(2) == 0 && mine.size() < 400) {
                            long offset = pool.take();
                            if (offset != 0 && (!mine.add(offset) || !owned.add(offset))) {
                                failures.add("handed out twice: " + offset);
                            }
                            if (offset != 0) {
                                pool.segment(offset).set(ValueLayout.JAVA_LONG, BLOCK - 8, number);
                            }
                        } else if (!mine.isEmpty()) {
                            long offset = mine.iterator().next();
                            mine.remove(offset);
                            owned.remove(offset);
                            if (pool.segment(offset).get(ValueLayout.JAVA_LONG, BLOCK - 8) != number) {
                                failures.add("trimmed or written under its owner: " + offset);
                            }
                            pool.giveBack(offset);
                        }
                        if (i % 100 == 0) {
                            pool.trim();
                        }
                    }
                } catch (RuntimeException e) {
                    failures.add(e.toString());
                } finally {
                    done.countDown();
                }
            });
        }
        done.await();
        assertThat(failures).isEmpty();
        assertThat(pool.blocksInUse()).isEqualTo(owned.size());
    }
}
