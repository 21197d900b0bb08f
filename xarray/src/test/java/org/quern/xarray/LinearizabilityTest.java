package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quern.xarray.history.Call;
import org.quern.xarray.history.Call.Kind;
import org.quern.xarray.history.Linearizability;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each index is a register: whatever threads do at the same time, there is an order of their calls that explains every answer. Threads call at random; the indices are few, and
 * chosen so that the tree grows, shrinks into its head and recycles nodes all the time. {@code -Dquern.long=true} for 20 times as many rounds.
 */
class LinearizabilityTest {
    private static final int ROUNDS = Boolean.getBoolean("quern.long") ? 200_000 : 10_000;
    private static final int THREADS = 3;
    private static final int CALLS = 8;
    private static final long[] INDICES = {0, 1, 64, 1L << 30};
    private static final long SEED = Long.getLong("quern.seed", System.nanoTime());

    /** What is called. */
    private interface Registers {
        long load(long index);

        long store(long index, long value);

        long erase(long index);

        boolean insert(long index, long value);

        boolean compareAndSet(long index, long expected, long update);

        void recycle();
    }

    /** The arrays, and one that is none. */
    enum Target {
        LONGS, OBJECTS, TAGGED, STALE
    }

    private static Registers registers(Target target) {
        XArrayConfig config = XArrayConfig.defaults().withMaxNodeBytes(1 << 20);
        return switch (target) {
            case LONGS -> new Longs(LongXArray.create(config));
            case OBJECTS -> new Objects(XArray.create(config), false);
            case TAGGED -> new Objects(XArray.create(config), true);
            case STALE -> new Stale(new Longs(LongXArray.create(config)));
        };
    }

    @ParameterizedTest
    @EnumSource(names = "STALE", mode = EnumSource.Mode.EXCLUDE)
    void everyIndexIsARegister(Target target) throws Exception { // K02
        assertThat(firstContradiction(registers(target), ROUNDS)).as("seed %d", SEED).isNull();
    }

    @Test
    void theTestFindsAReaderThatRemembers() throws Exception {
        assertThat(firstContradiction(registers(Target.STALE), ROUNDS)).isNotNull();
    }

    @Test
    void theCheckerKnowsRightFromWrong() {
        Call store = new Call(Kind.STORE, 0, 7, Call.NOTHING, 1, 4);
        Call early = new Call(Kind.LOAD, 0, 0, Call.NOTHING, 2, 3);
        Call late = new Call(Kind.LOAD, 0, 0, 7, 5, 6);
        assertThat(Linearizability.holds(List.of(late, store, early), Call.NOTHING)).isTrue();
        Call wrong = new Call(Kind.LOAD, 0, 0, Call.NOTHING, 5, 6);
        assertThat(Linearizability.holds(List.of(store, wrong), Call.NOTHING)).isFalse();
        Call seen = new Call(Kind.LOAD, 0, 0, 7, 2, 3);
        Call unseen = new Call(Kind.LOAD, 0, 0, Call.NOTHING, 3, 4);
        assertThat(Linearizability.holds(List.of(store, seen), Call.NOTHING)).isTrue();
        assertThat(Linearizability.holds(List.of(store, new Call(Kind.LOAD, 0, 0, 7, 2, 3),
                new Call(Kind.LOAD, 0, 0, Call.NOTHING, 3, 4)), Call.NOTHING)).as("new, then old again").isFalse();
        assertThat(unseen.result()).isNotEqualTo(seen.result());
        Call won = new Call(Kind.INSERT, 0, 5, 1, 1, 4);
        assertThat(Linearizability.holds(List.of(won, new Call(Kind.INSERT, 0, 6, 1, 2, 3)), Call.NOTHING)).isFalse();
        assertThat(Linearizability.holds(List.of(won, new Call(Kind.COMPARE_AND_SET, 5, Call.NOTHING, 1, 2, 3),
                new Call(Kind.INSERT, 0, 6, 1, 2, 3)), Call.NOTHING)).isTrue();
    }

    /** Rounds of calls, each judged with what the registers held before it; the first that nothing explains. */
    private static String firstContradiction(Registers registers, int rounds) throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicReference<String> contradiction = new AtomicReference<>();
        AtomicLong clock = new AtomicLong();
        List<List<List<Call>>> calls = new ArrayList<>(); // of a thread, of an index
        for (int t = 0; t < THREADS; t++) {
            calls.add(new ArrayList<>());
        }
        long[] before = new long[INDICES.length];
        java.util.Arrays.fill(before, Call.NOTHING);
        Runnable judge = () -> {
            for (int i = 0; i < INDICES.length; i++) {
                List<Call> all = new ArrayList<>();
                for (List<List<Call>> mine : calls) {
                    if (!mine.isEmpty()) {
                        all.addAll(mine.get(i));
                    }
                }
                if (!Linearizability.holds(all, before[i]) && contradiction.get() == null) {
                    contradiction.set("index " + INDICES[i] + " held " + before[i] + ": " + all);
                }
            }
            registers.recycle();
            for (int i = 0; i < INDICES.length; i++) {
                before[i] = registers.load(INDICES[i]);
            }
        };
        CyclicBarrier barrier = new CyclicBarrier(THREADS, judge);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int number = t;
            threads.add(Thread.ofPlatform().start(() -> {
                Random random = new Random(SEED + number);
                try {
                    for (int round = 0; round < rounds && contradiction.get() == null
                            && failure.get() == null; round++) {
                        calls.set(number, played(registers, random, clock, number + THREADS * (long) round));
                        barrier.await();
                    }
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                    barrier.reset();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure).hasNullValue();
        return contradiction.get();
    }

    private static List<List<Call>> played(Registers registers, Random random, AtomicLong clock, long first) {
        List<List<Call>> calls = new ArrayList<>();
        for (int i = 0; i < INDICES.length; i++) {
            calls.add(new ArrayList<>());
        }
        long last = Call.NOTHING;
        for (int i = 0; i < CALLS; i++) {
            int which = random.nextInt(INDICES.length);
            long index = INDICES[which];
            Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
            long update = first * CALLS + i;
            long expected = random.nextBoolean() ? Call.NOTHING : last;
            long invoked = clock.incrementAndGet();
            long result = switch (kind) {
                case LOAD -> registers.load(index);
                case STORE -> registers.store(index, update);
                case ERASE -> registers.erase(index);
                case INSERT -> registers.insert(index, update) ? 1 : 0;
                case COMPARE_AND_SET -> registers.compareAndSet(index, expected, update) ? 1 : 0;
            };
            calls.get(which).add(new Call(kind, expected, update, result, invoked, clock.incrementAndGet()));
            last = kind == Kind.LOAD || kind == Kind.STORE ? result : last;
        }
        return calls;
    }

    private record Longs(LongXArray array) implements Registers {
        @Override
        public long load(long index) {
            return array.load(index);
        }

        @Override
        public long store(long index, long value) {
            return array.store(index, value);
        }

        @Override
        public long erase(long index) {
            return array.erase(index);
        }

        @Override
        public boolean insert(long index, long value) {
            return array.insert(index, value);
        }

        @Override
        public boolean compareAndSet(long index, long expected, long update) {
            return array.compareAndSet(index, expected, update);
        }

        @Override
        public void recycle() {
            TreeChecker.check(array.tree());
            array.tree().nodes().recycle();
        }
    }

    /** Objects are numbers that are kept for ever, so that the same number is the same object. */
    private record Objects(XArray<Long> array, boolean tags) implements Registers {
        private static final java.util.concurrent.ConcurrentHashMap<Long, Long> KEPT = new java.util.concurrent.ConcurrentHashMap<>();

        private static Long object(long value) {
            return value == Call.NOTHING ? null : KEPT.computeIfAbsent(value, v -> v);
        }

        private static long number(Long object) {
            return object == null ? Call.NOTHING : object;
        }

        @Override
        public long load(long index) {
            Probe<Long> probe = new Probe<>();
            if (tags && array.tagged().load(index, probe)) {
                assertThat(probe.tag()).isEqualTo((int) (probe.value() & 3));
                return probe.value();
            }
            return number(array.load(index));
        }

        @Override
        public long store(long index, long value) {
            Long object = object(value);
            return number(tags ? array.tagged().store(index, object, (int) (value & 3)) : array.store(index, object));
        }

        @Override
        public long erase(long index) {
            return number(array.erase(index));
        }

        @Override
        public boolean insert(long index, long value) {
            return compareAndSet(index, Call.NOTHING, value);
        }

        @Override
        public boolean compareAndSet(long index, long expected, long update) {
            return tags
                    ? array.tagged().compareAndSet(index, object(expected), (int) (expected & 3), object(update),
                            (int) (update & 3))
                    : array.compareAndSet(index, object(expected), object(update));
        }

        @Override
        public void recycle() {
            KEPT.clear();
            array.clear();
        }
    }

    /** The control: each thread remembers the last content of index 1 that it saw, and now and then says it again. */
    private record Stale(Longs registers, ThreadLocal<long[]> memory) implements Registers {
        Stale(Longs registers) {
            this(registers, ThreadLocal.withInitial(() -> new long[]{Call.NOTHING, 0}));
        }

        @Override
        public long load(long index) {
            long now = registers.load(index);
            long[] mine = memory.get();
            if (index != 1) {
                return now;
            }
            long then = mine[0];
            mine[0] = now;
            return mine[1]++ % 50 == 49 ? then : now;
        }

        @Override
        public long store(long index, long value) {
            return registers.store(index, value);
        }

        @Override
        public long erase(long index) {
            return registers.erase(index);
        }

        @Override
        public boolean insert(long index, long value) {
            return registers.insert(index, value);
        }

        @Override
        public boolean compareAndSet(long index, long expected, long update) {
            return registers.compareAndSet(index, expected, update);
        }

        @Override
        public void recycle() {
            registers.recycle();
        }
    }
}
