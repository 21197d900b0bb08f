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
        array.array().tree().shareLeaves();
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
            array.tree().shareLeaves();
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

    /** A leaf that is being written to counts as taken. */
    @Test
    void tryLockNeverWaits() {
        try (LongXArray array = LongXArray.create()) {
            array.tree().lock().lock();
            array.tree().shareLeaves();
            array.tree().lock().unlock();
            array.store(1, 1);
            array.store(2, 2);
            long leaf = array.writer().enterToPut(1);
            assertThat(leaf).isNotZero();
            Thread other = Thread.ofPlatform().start(() -> assertThat(array.tryLock()).isNull());
            assertThat(join(other)).isTrue();
            array.tree().leave(leaf, 1);
            try (WriteScope scope = array.tryLock()) {
                assertThat(scope).isNotNull();
                assertThat(array.writer().enterToPut(1)).isZero(); // inside the lock, the whole
                array.tree().leave(0, 1);
            }
        }
    }

    private static boolean join(Thread thread) {
        try {
            return thread.join(java.time.Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
