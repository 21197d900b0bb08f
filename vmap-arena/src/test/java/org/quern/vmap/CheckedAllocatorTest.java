package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The checked mode finds what it says it finds, and nothing else. */
@Timeout(60)
class CheckedAllocatorTest {
    private SizeClassAllocator allocator;

    @BeforeEach
    void open() {
        allocator = SizeClassAllocator.open(
                AllocatorOptions.reserving(1L << 30).named("checked").checked(true).sampling(1).quarantine(1 << 20));
    }

    @AfterEach
    void check() {
        ArenaChecker.check(allocator);
        allocator.close();
    }

    private void write(long offset) {
        allocator.memory().set(ValueLayout.JAVA_BYTE, offset, (byte) 1);
    }

    @Test
    void correctUseIsNotReported() {
        Random random = new Random(1);
        List<MemorySegment> live = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            if (live.size() > 50) {
                allocator.free(live.remove(random.nextInt(live.size())));
            }
            MemorySegment s = random.nextBoolean()
                    ? allocator.allocate(random.nextInt(5000), 1L << random.nextInt(8))
                    : allocator.allocateZeroed(random.nextInt(100), 8);
            s.fill((byte) i);
            allocator.checkAccess(allocator.offsetOf(s), s.byteSize());
            live.add(s);
        }
        allocator.check();
        live.forEach(allocator::free);
        assertThat(allocator.leaks()).isEmpty();
        assertThat(allocator.trim()).isNotNegative();
    }

    @Test
    void anOverflowIsFoundWhenTheBlockIsGivenBack() {
        for (int size : new int[]{1, 7, 8, 15, 16, 100, 5000, 70_000}) {
            for (long wrong : new long[]{-1, -16, size, size + 1}) {
                long offset = allocator.take(size);
                write(offset + wrong);
                assertThatThrownBy(() -> allocator.giveBack(offset)).isInstanceOfSatisfying(MemoryErrorException.class,
                        e -> {
                            assertThat(e.kind()).isEqualTo(MemoryErrorException.Kind.OUT_OF_BOUNDS);
                            assertThat(e.offset()).isEqualTo(offset + wrong);
                        }).hasMessageContaining("block of " + size + " bytes")
                        .hasMessageContaining("CheckedAllocatorTest");
            }
        }
    }

    @Test
    void anOverflowIsFoundByACheck() {
        long offset = allocator.take(10);
        allocator.check();
        write(offset + 10);
        assertThatThrownBy(allocator::check).isInstanceOf(MemoryErrorException.class);
        assertThatThrownBy(() -> allocator.giveBack(offset)).isInstanceOf(MemoryErrorException.class);
        allocator.check();
    }

    @Test
    void aWriteAfterFreeIsFoundInQuarantineAndWhenLeavingIt() {
        long offset = allocator.take(100);
        allocator.giveBack(offset);
        write(offset + 50);
        assertThatThrownBy(allocator::check).isInstanceOfSatisfying(MemoryErrorException.class, e -> {
            assertThat(e.kind()).isEqualTo(MemoryErrorException.Kind.USE_AFTER_FREE);
            assertThat(e.offset()).isEqualTo(offset + 50);
        }).hasMessageContaining("freed at");
        assertThatThrownBy(() -> {
            for (int i = 0; i < 3000; i++) {
                allocator.giveBack(allocator.take(1000));
            }
        }).isInstanceOf(MemoryErrorException.class).hasMessageContaining("offset=" + (offset + 50));
        allocator.check();
    }

    @Test
    void aSegmentEndsWhenItIsFreed() {
        MemorySegment s = allocator.allocate(100);
        MemorySegment slice = s.asSlice(10, 10);
        allocator.free(s);
        assertThatThrownBy(() -> s.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> slice.set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void doubleFreesAreNamedWithTheirPlaces() {
        long offset = allocator.take(100);
        allocator.giveBack(offset);
        assertThatThrownBy(() -> allocator.giveBack(offset)).isInstanceOf(StaleHandleException.class)
                .hasMessageContaining("freed at").hasMessageContaining("CheckedAllocatorTest");
        assertThatThrownBy(() -> allocator.giveBack(offset + 16)).isInstanceOf(StaleHandleException.class);
        assertThatThrownBy(() -> allocator.segment(offset)).isInstanceOf(StaleHandleException.class);
        try (ThreadCache cache = allocator.cache()) {
            assertThatThrownBy(() -> cache.giveBack(offset)).isInstanceOf(StaleHandleException.class);
            long other = cache.take(10);
            write(other + 10);
            assertThatThrownBy(() -> cache.giveBack(other)).isInstanceOf(MemoryErrorException.class);
        }
    }

    @Test
    void ofTwoThreadsThatGiveABlockBackExactlyOneSucceeds() throws Exception {
        long[] block = new long[1];
        CyclicBarrier barrier = new CyclicBarrier(2, () -> block[0] = allocator.take(48));
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> done = new ArrayList<>();
            for (int t = 0; t < 2; t++) {
                done.add(threads.submit(() -> {
                    int succeeded = 0;
                    for (int i = 0; i < 3000; i++) {
                        barrier.await();
                        try {
                            allocator.giveBack(block[0]);
                            succeeded++;
                        } catch (StaleHandleException e) {
                            assertThat(e).hasMessageContaining("offset=" + block[0]);
                        }
                    }
                    return succeeded;
                }));
            }
            assertThat(done.get(0).get() + done.get(1).get()).isEqualTo(3000);
        }
    }

    @Test
    void accessIsCheckedToTheByte() {
        long offset = allocator.take(13); // one granule of 8, five bytes of the next
        for (long from = 0; from < 13; from++) {
            for (long to = from; to <= 13; to++) {
                allocator.checkAccess(offset + from, to - from);
            }
            long begin = offset + from;
            assertThatThrownBy(() -> allocator.checkAccess(begin, offset + 14 - begin))
                    .isInstanceOfSatisfying(MemoryErrorException.class,
                            e -> assertThat(e.offset()).isEqualTo(offset + 13));
        }
        allocator.checkAccess(offset + 14, 0);
        assertThatThrownBy(() -> allocator.checkAccess(offset - 1, 1)).isInstanceOf(MemoryErrorException.class);
        assertThatThrownBy(() -> allocator.checkAccess(offset - 1, 3)).isInstanceOf(MemoryErrorException.class);
        long end = allocator.memory().byteSize();
        assertThatThrownBy(() -> allocator.checkAccess(end - 4, 8)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> allocator.checkAccess(8, Long.MAX_VALUE))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> allocator.checkAccess(-8, 16)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> allocator.checkAccess(end - 8, 8)).as("never handed out")
                .isInstanceOf(MemoryErrorException.class);
        allocator.giveBack(offset);
        assertThatThrownBy(() -> allocator.checkAccess(offset, 1)).isInstanceOfSatisfying(MemoryErrorException.class,
                e -> assertThat(e.kind()).isEqualTo(MemoryErrorException.Kind.USE_AFTER_FREE));
    }

    @Test
    void leaksAreListedWithTheirPlaces() {
        long a = allocator.take(10);
        MemorySegment b = allocator.allocate(20);
        assertThat(allocator.leaks()).extracting(LiveBlock::bytes).containsExactly(10L, 20L);
        assertThat(allocator.leaks().getFirst().site().getFirst())
                .contains("CheckedAllocatorTest.leaksAreListedWithTheirPlaces");
        allocator.giveBack(a);
        assertThat(allocator.leaks()).extracting(LiveBlock::offset).containsExactly(allocator.offsetOf(b));
        assertThat(allocator.leaks().getFirst().thread()).isEqualTo(Thread.currentThread().getName());
    }

    @Test
    void closeReportsDamage() {
        SizeClassAllocator damaged = SizeClassAllocator.open(AllocatorOptions.reserving(1 << 20).checked(true));
        long offset = damaged.take(8);
        damaged.memory().set(ValueLayout.JAVA_BYTE, offset + 8, (byte) 1);
        assertThatThrownBy(damaged::close).isInstanceOf(MemoryErrorException.class);
        assertThatThrownBy(() -> damaged.take(8)).isInstanceOf(ArenaClosedException.class);
    }

    @Test
    void theQuarantineGivesWayWhenMemoryRunsOut() {
        try (SizeClassAllocator small = SizeClassAllocator.open(
                AllocatorOptions.reserving(1 << 30).limit(4 << 20).checked(true).quarantine(1L << 30).sampling(0))) {
            for (int i = 0; i < 20_000; i++) {
                long offset = small.take(2000);
                assertThat(offset).isPositive();
                small.giveBack(offset);
            }
        }
    }
}
