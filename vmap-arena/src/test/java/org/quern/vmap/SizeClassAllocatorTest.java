package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class SizeClassAllocatorTest {
    private static final long MIB = 1 << 20;

    private SizeClassAllocator allocator;

    @BeforeEach
    void open() {
        allocator = SizeClassAllocator.open(AllocatorOptions.reserving(1L << 32).named("test").limit(256 * MIB));
    }

    @AfterEach
    void check() {
        ArenaChecker.check(allocator);
        allocator.close();
        ArenaChecker.check(allocator);
    }

    @Test
    void blocksAreAlignedDisjointAndKeepTheirBytes() {
        List<MemorySegment> live = new ArrayList<>();
        for (int size : new int[]{1, 8, 16, 17, 100, 1000, 1023, 1024, 1025, 4096, 5000, 65536, 65537, 1 << 20}) {
            for (int i = 0; i < 20; i++) {
                MemorySegment s = allocator.allocate(size, 8);
                assertThat(s.byteSize()).isEqualTo(size);
                assertThat(s.address() % 16).isZero();
                s.fill((byte) live.size());
                live.add(s);
            }
        }
        for (int i = 0; i < live.size(); i++) {
            MemorySegment s = live.get(i);
            assertThat(s.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) i);
            assertThat(s.get(ValueLayout.JAVA_BYTE, s.byteSize() - 1)).isEqualTo((byte) i);
            allocator.free(s);
        }
        assertThat(allocator.stats().blocksInUse()).isZero();
    }

    @Test
    void offsetsAreUsedThroughTheWholeMemory() {
        long a = allocator.take(100);
        long b = allocator.take(100);
        assertThat(a).isPositive();
        allocator.memory().set(ValueLayout.JAVA_LONG, a, 1);
        allocator.memory().set(ValueLayout.JAVA_LONG, b, 2);
        assertThat(allocator.segment(a).get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1);
        assertThat(allocator.segment(a).byteSize()).isEqualTo(112);
        assertThat(allocator.offsetOf(allocator.segment(b))).isEqualTo(b);
        allocator.giveBack(a);
        allocator.giveBack(b);
    }

    @Test
    void alignmentsAreKept() {
        for (long alignment = 1; alignment <= 4 * MIB; alignment *= 2) {
            for (long size : new long[]{1, 24, 96, 160, 640, 5000, 70_000}) {
                MemorySegment s = allocator.allocate(size, alignment);
                assertThat(s.address() % alignment).as("%d at %d", size, alignment).isZero();
                allocator.free(s);
            }
        }
    }

    @Test
    void whatIsNotInUseIsRefused() {
        long block = allocator.take(64);
        long coarse = allocator.take(5000);
        long large = allocator.take(MIB);
        for (long wrong : new long[]{-1, Long.MIN_VALUE, Long.MAX_VALUE, 0, block + 1, block + 8, coarse + 16,
                1L << 33}) {
            assertThatThrownBy(() -> allocator.giveBack(wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("offset=" + wrong);
        }
        for (long stale : new long[]{block + 16, block + 32, coarse + 256, large + 4096, large + MIB}) {
            assertThatThrownBy(() -> allocator.giveBack(stale)).isInstanceOf(StaleHandleException.class)
                    .hasMessageContaining("offset=" + stale);
            assertThatThrownBy(() -> allocator.segment(stale)).isInstanceOf(StaleHandleException.class);
        }
        for (long each : new long[]{block, coarse, large}) {
            allocator.giveBack(each);
            assertThatThrownBy(() -> allocator.giveBack(each)).isInstanceOf(StaleHandleException.class);
        }
        assertThatThrownBy(() -> allocator.free(Arena.global().allocate(8)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> allocator.free(MemorySegment.ofArray(new long[1])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wrongSizesAreNamed() {
        for (long wrong : new long[]{0, -1, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> allocator.take(wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bytes=" + wrong);
        }
        assertThatThrownBy(() -> allocator.allocate(-1, 8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> allocator.allocate(8, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> allocator.allocate(8, 0)).isInstanceOf(IllegalArgumentException.class);
        for (long tooLarge : new long[]{1L << 33, 1L << 50, Long.MAX_VALUE}) {
            assertThat(allocator.take(tooLarge)).isZero();
            assertThatThrownBy(() -> allocator.allocate(tooLarge, 8)).isInstanceOf(ArenaExhaustedException.class);
            assertThatThrownBy(() -> allocator.allocate(8, Long.highestOneBit(tooLarge)))
                    .isInstanceOf(ArenaExhaustedException.class);
        }
        MemorySegment empty = allocator.allocate(0, 1);
        assertThat(empty.byteSize()).isZero();
        allocator.free(empty);
        assertThatThrownBy(() -> AllocatorOptions.reserving(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AllocatorOptions.reserving(1L << 45)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AllocatorOptions.reserving(1).limit(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void zeroedMemoryIsZeroWhereverItComesFrom() {
        for (int round = 0; round < 3; round++) {
            List<MemorySegment> live = new ArrayList<>();
            for (int size : new int[]{16, 100, 1000, 4096, 30_000, 100_000}) {
                for (int i = 0; i < 100; i++) {
                    MemorySegment s = allocator.allocateZeroed(size, 8);
                    assertThat(s.mismatch(MemorySegment.ofArray(new byte[size]))).isEqualTo(-1);
                    s.fill((byte) 0xFF);
                    live.add(s);
                }
            }
            live.forEach(allocator::free);
            long offset = allocator.takeZeroed(200);
            assertThat(allocator.memory().get(ValueLayout.JAVA_LONG, offset)).isZero();
            allocator.giveBack(offset);
            if (round == 1) {
                allocator.trim();
            }
        }
    }

    @Test
    void theLimitHoldsAndWhatIsFreeIsFoundBeforeARequestFails() {
        try (SizeClassAllocator small = SizeClassAllocator
                .open(AllocatorOptions.reserving(1L << 30).named("small").limit(8 * MIB))) {
            List<Long> live = new ArrayList<>();
            for (long offset = small.take(4096); offset != 0; offset = small.take(4096)) {
                live.add(offset);
                small.memory().set(ValueLayout.JAVA_LONG, offset, 1);
            }
            assertThat(live).hasSizeBetween(1900, 2048);
            assertThat(small.measureResidentBytes()).isLessThan(8 * MIB + (1 << 20));
            assertThatThrownBy(() -> small.allocate(MIB)).isInstanceOf(ArenaExhaustedException.class)
                    .hasMessageContaining("budget");
            live.forEach(small::giveBack);
            long large = small.take(7 * MIB); // of pages that were slabs, in magazines and depots a moment ago
            assertThat(large).isPositive();
            small.giveBack(large);
            ArenaChecker.check(small);
        }
    }

    @Test
    void memoryGoesBackToTheSystem() {
        List<Long> live = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            long offset = allocator.take(8192);
            allocator.memory().asSlice(offset, 8192).fill((byte) 1);
            live.add(offset);
        }
        assertThat(allocator.measureResidentBytes()).isGreaterThan(150 * MIB);
        live.forEach(allocator::giveBack);
        assertThat(allocator.measureResidentBytes()).as("purged by itself").isLessThan(60 * MIB);
        assertThat(allocator.trim()).isPositive();
        assertThat(allocator.measureResidentBytes()).as("trimmed").isLessThan(2 * MIB);
        assertThat(allocator.stats().residentBytes()).isZero();
    }

    @Test
    void closeEndsEverything() {
        SizeClassAllocator other = SizeClassAllocator.open(AllocatorOptions.reserving(MIB));
        MemorySegment s = other.allocate(100);
        long offset = other.take(100);
        ThreadCache cache = other.cache();
        long cached = cache.take(100);
        other.close();
        other.close();
        assertThatThrownBy(() -> s.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.memory().get(ValueLayout.JAVA_BYTE, offset))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.take(100)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> other.giveBack(offset)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> other.allocate(100)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> cache.take(100)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> cache.giveBack(cached)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(other::trim).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(other::cache).isInstanceOf(ArenaClosedException.class);
        cache.close();
        assertThat(other.measureResidentBytes()).isZero();
        assertThat(other.toString()).contains("closed");
    }

    @Test
    void aCacheBelongsToItsThread() throws Exception {
        ThreadCache cache = allocator.cache();
        long a = cache.take(100);
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            Future<?> done = other.submit(() -> {
                assertThatThrownBy(() -> cache.take(1)).isInstanceOf(WrongThreadException.class);
                assertThatThrownBy(() -> cache.giveBack(a)).isInstanceOf(WrongThreadException.class);
                assertThatThrownBy(cache::close).isInstanceOf(WrongThreadException.class);
                allocator.giveBack(a); // but blocks belong to everybody
            });
            done.get();
        }
        assertThatThrownBy(() -> cache.giveBack(a)).isInstanceOf(StaleHandleException.class);
        cache.close();
        cache.close();
        assertThatThrownBy(() -> cache.take(1)).isInstanceOf(IllegalStateException.class);
        assertThat(allocator.stats().blocksInUse()).isZero();
    }

    @Test
    void blocksOfThreadsThatEndedAreRecovered() throws Exception {
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            Thread thread = new Thread(() -> {
                long a = allocator.take(3000);
                ThreadCache cache = allocator.cache(); // never closed
                long b = cache.take(3000);
                allocator.giveBack(a);
                cache.giveBack(b);
                synchronized (seen) {
                    seen.add(a);
                    seen.add(b);
                }
            });
            thread.start();
            thread.join();
        }
        assertThat(allocator.stats().magazines()).as("of ended threads, only the last one's").isLessThanOrEqualTo(2);
        assertThat(seen).hasSizeLessThan(60);
        allocator.trim();
        assertThat(allocator.stats().magazines()).isZero();
        assertThat(allocator.stats().slabBytes()).isZero();
    }

    @Test
    void virtualThreadsShareMagazines() throws Exception {
        Set<Long> live = ConcurrentHashMap.newKeySet();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                int size = 16 << (i % 8);
                done.add(threads.submit(() -> {
                    for (int k = 0; k < 20; k++) {
                        long offset = allocator.take(size);
                        assertThat(live.add(offset)).isTrue();
                        Thread.yield();
                        live.remove(offset);
                        allocator.giveBack(offset);
                    }
                    try (ThreadCache cache = allocator.cache()) {
                        cache.giveBack(cache.take(size));
                    }
                }));
            }
            for (Future<?> future : done) {
                future.get();
            }
        }
        assertThat(allocator.stats().magazines()).isZero();
        assertThat(allocator.stats().blocksInUse()).isZero();
    }

    @Test
    void whatOneThreadTakesAnotherGivesBack() throws Exception {
        int blocks = 200_000;
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            java.util.concurrent.ArrayBlockingQueue<Long> queue = new java.util.concurrent.ArrayBlockingQueue<>(1024);
            Future<?> producer = threads.submit(() -> {
                for (int i = 0; i < blocks; i++) {
                    long offset = allocator.take(576);
                    allocator.memory().set(ValueLayout.JAVA_LONG, offset, offset);
                    queue.put(offset);
                }
                return null;
            });
            Future<?> consumer = threads.submit(() -> {
                for (int i = 0; i < blocks; i++) {
                    long offset = queue.take();
                    assertThat(allocator.memory().get(ValueLayout.JAVA_LONG, offset)).isEqualTo(offset);
                    allocator.giveBack(offset);
                }
                return null;
            });
            producer.get();
            consumer.get();
        }
        assertThat(allocator.stats().slabBytes()).as("blocks travel back").isLessThan(4 * MIB);
    }

    @Test
    void doubleFreesOfRacingThreadsNeverGiveABlockToTwo() throws Exception {
        int rounds = 20_000;
        long[] block = new long[1];
        java.util.concurrent.CyclicBarrier barrier = new java.util.concurrent.CyclicBarrier(2,
                () -> block[0] = allocator.take(48));
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < 2; t++) {
                done.add(threads.submit(() -> {
                    for (int i = 0; i < rounds; i++) {
                        barrier.await();
                        try {
                            allocator.giveBack(block[0]);
                        } catch (StaleHandleException e) {
                            // the other was first
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> future : done) {
                future.get();
            }
        }
        Set<Long> all = new HashSet<>();
        for (int i = 0; i < 5000; i++) {
            long offset = allocator.take(48);
            assertThat(all.add(offset)).as("handed out twice: %d", offset).isTrue();
        }
        all.forEach(allocator::giveBack);
    }

    @Test
    void closeMayRaceWithEverything() throws Exception {
        for (int round = 0; round < 20; round++) {
            SizeClassAllocator racing = SizeClassAllocator.open(AllocatorOptions.reserving(64 * MIB).named("racing"));
            CountDownLatch started = new CountDownLatch(3);
            try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
                List<Future<Long>> done = new ArrayList<>();
                for (int t = 0; t < 3; t++) {
                    int size = 100 << (3 * t);
                    done.add(threads.submit(() -> {
                        started.countDown();
                        for (long n = 0;; n++) {
                            try {
                                MemorySegment s = racing.allocate(size);
                                s.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
                                racing.free(s);
                            } catch (IllegalStateException e) {
                                return n;
                            } catch (ArenaExhaustedException e) {
                                continue; // shut, and not yet seen as closed
                            }
                        }
                    }));
                }
                started.await();
                racing.close();
                for (Future<Long> future : done) {
                    future.get();
                }
            }
        }
    }
}
