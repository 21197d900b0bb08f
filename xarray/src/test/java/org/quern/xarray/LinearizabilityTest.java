package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

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

    /** What is called: a register for each index. */
    private interface Registers {
        /** The answer; 1 and 0 for yes and no. */
        long call(Kind kind, long index, long expected, long update);

        /** Between rounds: nodes are reused now, not later. */
        void recycle();
    }

    /** The arrays, and one that is none. */
    enum Target {
        LONGS, OBJECTS, TAGGED, SHARED_LONGS, SHARED_OBJECTS, SHARED_TAGGED, STALE
    }

    /** With writers side by side from the beginning, and others in the leaves, so that most changes stay inside them. */
    private static <A extends AbstractXArray> A shared(A array, LongConsumer store) {
        LongStream.of(2, 3, 65, 66).forEach(store);
        array.tree().lock().lock();
        array.tree().lock().shareLeaves();
        array.tree().lock().unlock();
        return array;
    }

    private static LongXArray sharedLongs(XArrayConfig config) {
        LongXArray array = LongXArray.create(config);
        return shared(array, index -> array.store(index, 1));
    }

    private static XArray<Long> sharedObjects(XArrayConfig config) {
        XArray<Long> array = XArray.create(config);
        return shared(array, index -> array.store(index, 1L));
    }

    private static Registers registers(Target target) {
        XArrayConfig config = XArrayConfig.defaults().withMaxNodeBytes(1 << 20);
        return switch (target) {
            case LONGS -> new Longs(LongXArray.create(config));
            case OBJECTS -> new Objects(XArray.create(config), false, new ConcurrentHashMap<>());
            case TAGGED -> new Objects(XArray.create(config), true, new ConcurrentHashMap<>());
            case SHARED_LONGS -> new Longs(sharedLongs(config));
            case SHARED_OBJECTS -> new Objects(sharedObjects(config), false, new ConcurrentHashMap<>());
            case SHARED_TAGGED -> new Objects(sharedObjects(config), true, new ConcurrentHashMap<>());
            case STALE -> new Stale(new Longs(LongXArray.create(config)),
                    ThreadLocal.withInitial(() -> new long[]{Call.NOTHING, 0}));
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
                before[i] = registers.call(Kind.LOAD, INDICES[i], 0, 0);
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
            long result = registers.call(kind, index, expected, update);
            calls.get(which).add(new Call(kind, expected, update, result, invoked, clock.incrementAndGet()));
            last = kind == Kind.LOAD || kind == Kind.STORE ? result : last;
        }
        return calls;
    }

    private record Longs(LongXArray array) implements Registers {
        @Override
        public long call(Kind kind, long index, long expected, long update) {
            return switch (kind) {
                case LOAD -> array.load(index);
                case STORE -> array.store(index, update);
                case ERASE -> array.erase(index);
                case INSERT -> array.insert(index, update) ? 1 : 0;
                case COMPARE_AND_SET -> array.compareAndSet(index, expected, update) ? 1 : 0;
            };
        }

        @Override
        public void recycle() {
            TreeChecker.check(array.tree());
            array.tree().nodes().recycle();
        }
    }

    /** Objects are numbers that are kept, so that the same number is the same object; its last bits are its tag. */
    private record Objects(XArray<Long> array, boolean tags, Map<Long, Long> kept) implements Registers {
        private Long object(long value) {
            return value == Call.NOTHING ? null : kept.computeIfAbsent(value, number -> number);
        }

        private static long number(Long object) {
            return object == null ? Call.NOTHING : object;
        }

        private static int tag(long value) {
            return (int) value & 3;
        }

        @Override
        public long call(Kind kind, long index, long expected, long update) {
            return switch (kind) {
                case LOAD -> load(index);
                case STORE -> number(tags
                        ? array.tagged().store(index, object(update), tag(update))
                        : array.store(index, object(update)));
                case ERASE -> number(array.erase(index));
                case INSERT -> compareAndSet(index, Call.NOTHING, update);
                case COMPARE_AND_SET -> compareAndSet(index, expected, update);
            };
        }

        private long load(long index) {
            Probe<Long> probe = new Probe<>();
            if (tags && array.tagged().load(index, probe)) {
                assertThat(probe.tag()).isEqualTo(tag(number(probe.value())));
                return number(probe.value());
            }
            return tags ? Call.NOTHING : number(array.load(index));
        }

        private long compareAndSet(long index, long expected, long update) {
            boolean set = tags
                    ? array.tagged().compareAndSet(index, object(expected), tag(expected), object(update), tag(update))
                    : array.compareAndSet(index, object(expected), object(update));
            return set ? 1 : 0;
        }

        @Override
        public void recycle() {
            TreeChecker.check(array.tree());
            kept.clear();
            array.clear();
        }
    }

    /** The control: each thread remembers the last content of index 1 that it saw, and now and then says it again. */
    private record Stale(Registers registers, ThreadLocal<long[]> memory) implements Registers {
        @Override
        public long call(Kind kind, long index, long expected, long update) {
            long now = registers.call(kind, index, expected, update);
            if (index != 1 || kind != Kind.LOAD) {
                return now;
            }
            long[] mine = memory.get();
            long then = mine[0];
            mine[0] = now;
            return mine[1]++ % 50 == 49 ? then : now;
        }

        @Override
        public void recycle() {
            registers.recycle();
        }
    }
}
