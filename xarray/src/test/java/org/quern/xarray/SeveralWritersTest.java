package org.quern.xarray;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several writers of one array, in leaves of their own and in the same ones, beside whoever takes the whole array. {@code -Dquern.long=true} for the long form, or {@code -Dquern.operations=..}.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class SeveralWritersTest extends ArrayTest {
    private static final int THREADS = 4;
    private static final int EACH = (int) Math.min(Integer.MAX_VALUE, Long.getLong("quern.operations",
            Boolean.getBoolean("quern.long") ? 100_000_000L : 240_000) / THREADS);

    private ArrayUnderTest shared(Kind kind) {
        ArrayUnderTest array = create(kind);
        array.array().tree().lock().lock();
        array.array().tree().lock().shareLeaves();
        array.array().tree().lock().unlock();
        return array;
    }

    private static void atOnce(List<Runnable> tasks) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(tasks.size())) {
            List<Future<?>> results = new ArrayList<>();
            tasks.forEach(task -> results.add(pool.submit(task)));
            for (Future<?> result : results) {
                result.get();
            }
        }
    }

    /** Each writer has every fourth index, so that all work in the same leaves, and keeps a model of its own: nothing another does may show in it. */
    @ParameterizedTest
    @MethodSource("kinds")
    void eachFindsWhatItLeft(Kind kind) throws Exception {
        ArrayUnderTest array = shared(kind);
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        List<Map<Long, Long>> models = new ArrayList<>();
        List<Runnable> tasks = new ArrayList<>();
        for (int writer = 0; writer < THREADS; writer++) {
            Map<Long, Long> model = new HashMap<>();
            models.add(model);
            int own = writer;
            tasks.add(() -> churn(array, model, own, new SplittableRandom(seed + own)));
        }
        atOnce(tasks);
        Map<Long, Long> all = new HashMap<>();
        models.forEach(all::putAll);
        Map<Long, Long> found = new HashMap<>();
        array.forEach(0, MAX, null, found::put);
        assertThat(found).as("seed=" + seed).isEqualTo(all);
    }

    private static void churn(ArrayUnderTest array, Map<Long, Long> model, int own, SplittableRandom random) {
        for (int i = 0; i < EACH; i++) {
            long near = random.nextInt(10) == 0 ? random.nextInt(1 << 20) : random.nextInt(512);
            long index = near << 2 | own;
            long value = (long) i << 2 | own;
            long old = model.getOrDefault(index, ABSENT);
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    same(old, array.store(index, value), index);
                    model.put(index, value);
                }
                case 3, 4 -> {
                    same(old, array.erase(index), index);
                    model.remove(index);
                }
                case 5 -> {
                    boolean done = array.compareAndSet(index, old, value);
                    same(1, done ? 1 : 0, index);
                    model.put(index, value);
                }
                case 6 -> array.mark(index, Mark.values()[random.nextInt(3)]);
                default -> same(old, array.load(index), index);
            }
        }
    }

    private static void same(long expected, long actual, long index) {
        if (expected != actual) {
            throw new AssertionError("index " + index + ": " + actual + " instead of " + expected);
        }
    }

    /** Under the lock of the whole array nobody moves anything, however many write into leaves. */
    @Test
    void theLockKeepsLeafWritersOut() throws Exception {
        try (LongXArray array = LongXArray.create()) {
            array.tree().lock().lock();
            array.tree().lock().shareLeaves();
            array.tree().lock().unlock();
            for (int i = 0; i < 1024; i++) {
                array.store(i, 0);
            }
            AtomicBoolean over = new AtomicBoolean();
            List<Runnable> tasks = new ArrayList<>();
            for (int writer = 0; writer < 2; writer++) {
                int own = writer;
                tasks.add(() -> {
                    for (long i = 1; !over.get(); i++) {
                        array.store(i * 67 + own & 1023, i);
                    }
                });
            }
            tasks.add(() -> {
                try {
                    for (int round = 0; round < 3000; round++) {
                        twoReadingsAgree(array);
                    }
                } finally {
                    over.set(true);
                }
            });
            atOnce(tasks);
            TreeChecker.check(array.tree());
        }
    }

    private static void twoReadingsAgree(LongXArray array) {
        try (WriteScope scope = array.lock()) {
            assertThat(scope).isNotNull();
            long[] sums = new long[2];
            for (int reading = 0; reading < 2; reading++) {
                for (int i = 0; i < 1024; i += 3) {
                    sums[reading] += array.load(i) * (i + 1);
                }
                array.store(5, array.load(5)); // the holder's own writes need no leaf lock
            }
            assertThat(sums[1]).isEqualTo(sums[0]);
        }
    }

    /**
     * All write at the same few indices, each time another number: what is put is given back once, by who replaces or removes it, or is there at the end. A number that is lost, or given back twice, is
     * missed in the sums.
     */
    @ParameterizedTest
    @MethodSource("kinds")
    void whatIsPutIsGivenBackOnce(Kind kind) throws Exception {
        ArrayUnderTest array = shared(kind);
        LongAdder sum = new LongAdder();
        LongAdder count = new LongAdder();
        List<Runnable> tasks = new ArrayList<>();
        for (int writer = 0; writer < THREADS; writer++) {
            int own = writer + 1;
            tasks.add(() -> {
                SplittableRandom random = new SplittableRandom(own);
                for (long i = 1; i <= EACH; i++) {
                    writeSomething(array, random, i * 8 + own, sum, count);
                }
            });
        }
        atOnce(tasks);
        long[] left = new long[2];
        array.forEach(0, -1L, null, (index, value) -> {
            left[0] += value;
            left[1]++;
        });
        assertThat(left).containsExactly(sum.sum(), count.sum());
    }

    private static void writeSomething(ArrayUnderTest array, SplittableRandom random, long value, LongAdder sum,
            LongAdder count) {
        long index = random.nextInt(8) * 21; // three leaves; the first is left alone by its last entry now and then
        switch (random.nextInt(8)) {
            case 0, 1 -> account(array.erase(index), LongXArray.ABSENT, sum, count);
            case 2 -> account(array.insert(index, value) ? LongXArray.ABSENT : value, value, sum, count);
            case 3 -> {
                long found = array.load(index);
                boolean set = array.compareAndSet(index, found, value);
                account(set ? found : value, value, sum, count);
            }
            case 4 -> {
                long found = array.load(index);
                boolean removed = found != LongXArray.ABSENT && array.compareAndSet(index, found, LongXArray.ABSENT);
                account(removed ? found : LongXArray.ABSENT, LongXArray.ABSENT, sum, count);
            }
            default -> account(array.store(index, value), value, sum, count);
        }
    }

    private static void account(long old, long value, LongAdder sum, LongAdder count) {
        sum.add(Math.max(value, 0) - Math.max(old, 0));
        count.add((value == LongXArray.ABSENT ? 0 : 1) - (old == LongXArray.ABSENT ? 0 : 1));
    }

    /** No addition is lost, also where others replace and remove nothing. */
    @Test
    void everyAdditionCounts() throws Exception {
        try (LongXArray array = LongXArray.create()) {
            array.tree().lock().lock();
            array.tree().lock().shareLeaves();
            array.tree().lock().unlock();
            List<Runnable> tasks = new ArrayList<>();
            for (int writer = 0; writer < THREADS; writer++) {
                tasks.add(() -> {
                    for (int i = 0; i < EACH; i++) {
                        array.getAndAdd(i % 5, 1);
                    }
                });
            }
            atOnce(tasks);
            long total = 0;
            for (int i = 0; i < 5; i++) {
                total += array.load(i);
            }
            assertThat(total).isEqualTo((long) THREADS * EACH);
        }
    }
}
