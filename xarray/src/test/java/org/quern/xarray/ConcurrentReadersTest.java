package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Readers beside a writer that makes the tree grow, shrink and recycle all the time. Values carry their index, so content from anywhere else shows; some entries are
 * permanent, so losing one shows. Short by default; {@code -Dquern.xarray.stressMillis=..} for long runs. The jcstress tests look at the single races.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ConcurrentReadersTest extends ArrayTest {
    private static final long[] PERMANENT = {0, 1, 63, 64, 100, 4095};

    private static long valueOf(long index, long round) {
        return (index & 0xffffff) << 20 | round & 0xfffff;
    }

    private static void requireOwn(long index, long value) {
        if (value != ABSENT && value >>> 20 != (index & 0xffffff)) {
            throw new AssertionError("index " + Long.toUnsignedString(index) + " gave " + (value >>> 20));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void permanentEntriesAreNeverLost(Kind kind) throws Exception { // K02, K04, K05, K06, K07, E13
        ArrayUnderTest array = create(kind);
        for (long index : PERMANENT) {
            array.store(index, valueOf(index, 0));
            array.mark(index, Mark.M2);
        }
        SplittableRandom random = new SplittableRandom(7);
        Callable<Long> loads = () -> {
            for (long index : PERMANENT) {
                long value = array.load(index);
                assertThat(value).isNotEqualTo(ABSENT);
                requireOwn(index, value);
                if (!array.isMarked(index, Mark.M2)) {
                    throw new AssertionError("index " + index + " lost its mark");
                }
            }
            for (int i = 0; i < 64; i++) {
                long index = churned(i);
                requireOwn(index, array.load(index));
            }
            return 1L;
        };
        Callable<Long> iterations = () -> {
            for (Mark mark : new Mark[]{null, Mark.M2}) {
                List<Long> delivered = new ArrayList<>();
                array.forEach(0, MAX, mark, (index, value) -> {
                    requireOwn(index, value);
                    delivered.add(index);
                });
                assertThat(delivered).isSortedAccordingTo(Long::compareUnsigned).doesNotHaveDuplicates();
                for (long index : PERMANENT) {
                    assertThat(delivered).contains(index);
                }
            }
            LongProbe probe = new LongProbe();
            assertThat(array.find(101, MAX, Mark.M2, probe)).isTrue();
            assertThat(Long.compareUnsigned(probe.index(), 4095)).isLessThanOrEqualTo(0);
            return 1L;
        };
        new ReaderRace().run(() -> churn(array, random), List.of(loads, iterations));
    }

    private static long churned(int i) {
        return switch (i & 3) {
            case 0 -> 2 + i;
            case 1 -> 4096L + i * 64;
            case 2 -> (1L << 20 + (i & 31)) + i;
            default -> MAX - i * 64L;
        };
    }

    private static void churn(ArrayUnderTest array, SplittableRandom random) {
        int i = random.nextInt(64);
        long index = churned(i);
        long round = random.nextLong();
        if (random.nextBoolean()) {
            array.store(index, valueOf(index, round));
            if (random.nextInt(4) == 0) {
                array.mark(index, Mark.M2);
            }
        } else {
            array.erase(index);
        }
        if (random.nextInt(200) == 0) {
            for (int j = 0; j < 64; j++) {
                array.erase(churned(j)); // down to the permanent entries
            }
        }
        array.store(PERMANENT[i % PERMANENT.length], valueOf(PERMANENT[i % PERMANENT.length], round));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anEntryThatMovesBetweenHeadAndLeafIsAlwaysThere(Kind kind) throws Exception { // R4, T18
        ArrayUnderTest array = create(kind);
        array.store(0, valueOf(0, 0));
        Callable<Long> reader = () -> {
            long value = array.load(0);
            if (value == ABSENT) {
                throw new AssertionError("index 0 was absent");
            }
            requireOwn(0, value);
            requireOwn(1, array.load(1));
            LongProbe probe = new LongProbe();
            if (!array.find(0, MAX, null, probe) || probe.index() != 0) {
                throw new AssertionError("find missed index 0: " + probe);
            }
            return 1L;
        };
        int[] round = {0};
        new ReaderRace().run(() -> {
            long index = 1L << 6 * (round[0]++ % 11);
            array.store(index, valueOf(index, round[0]));
            array.erase(index);
        }, List.of(reader, reader));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void clearUnderReaders(Kind kind) throws Exception {
        ArrayUnderTest array = create(kind);
        Callable<Long> reader = () -> {
            for (int i = 0; i < 64; i++) {
                requireOwn(churned(i), array.load(churned(i)));
            }
            array.forEach(0, MAX, null, ConcurrentReadersTest::requireOwn);
            return 1L;
        };
        new ReaderRace().run(() -> {
            for (int i = 0; i < 64; i++) {
                array.store(churned(i), valueOf(churned(i), i));
            }
            array.clear();
        }, List.of(reader));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void closeUnderReaders(Kind kind) throws Exception {
        for (int round = 0; round < 50; round++) {
            ArrayUnderTest array = create(kind);
            for (int i = 0; i < 64; i++) {
                array.store(churned(i), valueOf(churned(i), i));
            }
            CountDownLatch reading = new CountDownLatch(1);
            Thread reader = new Thread(() -> {
                try {
                    for (int i = 0;; i++) {
                        requireOwn(churned(i & 63), array.load(churned(i & 63)));
                        reading.countDown();
                    }
                } catch (IllegalStateException closed) {
                    assertThat(closed).hasMessageContaining("is closed");
                }
            });
            Throwable[] failure = new Throwable[1];
            reader.setUncaughtExceptionHandler((thread, thrown) -> failure[0] = thrown);
            reader.start();
            reading.await();
            array.close();
            reader.join();
            assertThat(failure[0]).isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void writersExcludeEachOther(Kind kind) throws Exception { // K09
        ArrayUnderTest array = create(kind);
        int threads = 4;
        int each = 20_000;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> results = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                long own = 1000L * (t + 1);
                results.add(pool.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        long shared = i % 3 == 0 ? 0 : 70;
                        for (;;) {
                            long old = array.load(shared);
                            if (array.compareAndSet(shared, old, old == ABSENT ? 1 : old + 1)) {
                                break;
                            }
                        }
                        array.store(own + i % 200, i);
                        array.erase(own + (i + 100) % 200);
                    }
                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
        }
        assertThat(array.load(0) + array.load(70)).isEqualTo((long) threads * each);
    }

    @Test
    void readersDoNotWaitForTheLock() throws Exception { // K01, K12
        try (LongXArray array = LongXArray.create()) {
            array.store(5, 50);
            array.mark(5, Mark.M0);
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch done = new CountDownLatch(1);
            Thread writer = new Thread(() -> {
                array.tree().lock().lock();
                held.countDown();
                try {
                    done.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                } finally {
                    array.tree().lock().unlock();
                }
            });
            writer.start();
            held.await();
            assertThat(array.load(5)).isEqualTo(50);
            assertThat(array.isMarked(5, Mark.M0)).isTrue();
            assertThat(array.anyMarked(Mark.M0)).isTrue();
            assertThat(array.isEmpty()).isFalse();
            assertThat(array.find(0, MAX, new LongProbe())).isTrue();
            array.forEach((index, value) -> assertThat(value).isEqualTo(50));
            done.countDown();
            writer.join();
        }
    }

    /** Entries of all sizes come, go, are split and overwritten; whatever a reader finds at an index was stored around it. */
    @ParameterizedTest
    @MethodSource("kinds")
    void entriesOfAllOrdersNeverShowForeignContent(Kind kind) throws Exception { // K03, R8, R9
        ArrayUnderTest array = create(kind);
        array.store(1 << 20, 5, blockValue(1 << 20, 5, 0));
        SplittableRandom random = new SplittableRandom(11);
        Callable<Long> loads = () -> {
            for (long index = 0; index < 8192; index += 7) {
                requireAround(index, array.load(index));
                array.array().orderAt(index);
            }
            requireAround((1 << 20) + 17, array.load((1 << 20) + 17));
            assertThat(array.load((1 << 20) + 17)).isNotEqualTo(ABSENT);
            return 1L;
        };
        Callable<Long> iterations = () -> {
            long[] last = {-1};
            boolean[] permanent = new boolean[1];
            array.forEach(0, MAX, null, (index, value) -> {
                requireAround(index, value);
                if (index <= last[0]) {
                    throw new AssertionError(index + " after " + last[0]);
                }
                last[0] = index;
                permanent[0] |= index == 1 << 20;
            });
            assertThat(permanent[0]).isTrue();
            try (AutoCloseable cursor = cursor(array)) {
                assertThat(cursor).isNotNull();
            }
            return 1L;
        };
        new ReaderRace().run(() -> churnOrders(array, random), List.of(loads, iterations));
    }

    private static AutoCloseable cursor(ArrayUnderTest array) {
        AbstractCursor cursor = array.array() instanceof LongXArray longs
                ? longs.cursor(0)
                : ((XArray<?>) array.array()).cursor(0);
        long last = -1;
        while (cursor.next(MAX)) {
            if (cursor.index() <= last) {
                throw new AssertionError(cursor.index() + " after " + last);
            }
            last = cursor.index();
            for (int i = 0; i < 3; i++) {
                cursor.stepForward();
            }
        }
        return cursor;
    }

    private static long blockValue(long base, int order, int round) {
        return base << 20 | (long) order << 12 | round & 0xfff;
    }

    private static void requireAround(long index, long value) {
        if (value != ABSENT && Orders.base(index, (int) (value >>> 12 & 0xff)) != value >>> 20) {
            throw new AssertionError(
                    "index " + index + " gave order " + (value >>> 12 & 0xff) + " at " + (value >>> 20));
        }
    }

    /** Stores only replace what lies inside: so each content stays inside the block it names. */
    private static void churnOrders(ArrayUnderTest array, SplittableRandom random) {
        for (int i = 0; i < 200; i++) {
            int order = random.nextInt(13);
            long base = Orders.base(random.nextInt(8192), order);
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    if (array.array().orderAt(base) <= order) {
                        array.store(base, order, blockValue(base, order, i));
                    }
                }
                case 2 -> array.erase(base);
                case 3 -> array.array().eraseRange(base, Math.min(order, 9));
                case 4 -> array.array().split(base, Math.max(0, order - 7));
                default -> array.array().splitTo(base, Math.max(0, order - 9));
            }
        }
    }
}
