package org.quern.padata;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quern.padata.range.NumaNodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class RangeRunnerTest {
    @Test
    void everyUnitIsHandledOnceWhateverTheRangeAndTheThreads() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (RangeRunner runner = RangeRunner.open(3)) {
            for (int i = 0; i < 500; i++) {
                int start = random.nextInt(10_000);
                int size = random.nextInt(20_000);
                AtomicIntegerArray seen = new AtomicIntegerArray(size + 1);
                RangeJob job = RangeJob.over(start, size).align(random.nextInt(1, 100))
                        .minChunk(random.nextInt(1, 1000)).maxThreads(random.nextInt(1, 6));
                RangeReport report = runner.run(job, (from, to) -> {
                    for (long unit = from; unit < to; unit++) {
                        seen.incrementAndGet((int) unit - start);
                    }
                });
                assertThat(report.done()).as("seed %d", seed).isEqualTo(size);
                assertThat(report.cancelled()).isFalse();
                for (int unit = 0; unit < size; unit++) {
                    assertThat(seen.get(unit)).as("seed %d, unit %d of %d", seed, unit, size).isOne();
                }
            }
        }
    }

    @Test
    void emptyRangesCallNothingAndSmallOnesCallOnceOnTheCaller() {
        try (RangeRunner runner = RangeRunner.open(2)) {
            assertThat(runner.run(RangeJob.over(7, 0), (from, to) -> {
                throw new AssertionError();
            })).isEqualTo(new RangeReport(1, 0, 0, 0, false));
            Thread caller = Thread.currentThread();
            RangeReport report = runner.run(RangeJob.over(0, 64).align(64), (from, to) -> {
                assertThat(Thread.currentThread()).isSameAs(caller);
                assertThat(from).isZero();
                assertThat(to).isEqualTo(64);
            });
            assertThat(report).isEqualTo(new RangeReport(1, 0, 1, 64, false));
        }
    }

    @Test
    void helpersTakePartAndBusyOnesAreNotWaitedFor() {
        try (RangeRunner runner = RangeRunner.open(1)) {
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            CountDownLatch both = new CountDownLatch(2);
            RangeReport outer = runner.run(RangeJob.over(0, 2).maxThreads(2), (from, to) -> {
                threads.add(Thread.currentThread());
                both.countDown();
                both.await(); // ends only if two threads are in
                RangeReport inner = runner.run(RangeJob.over(0, 1000), (a, b) -> {});
                assertThat(inner.done()).isEqualTo(1000);
            });
            assertThat(threads).hasSize(2);
            assertThat(outer.threads()).isEqualTo(2);
        }
        try (RangeRunner none = RangeRunner.open(0)) {
            RangeReport alone = none.run(RangeJob.over(0, 1000).minChunk(10).maxThreads(4), (from, to) -> {});
            assertThat(alone).isEqualTo(new RangeReport(1, 250, 4, 1000, false));
        }
    }

    @Test
    void theFirstExceptionWinsAndTheOthersAreSuppressed() {
        try (RangeRunner runner = RangeRunner.open(1)) {
            CountDownLatch both = new CountDownLatch(2);
            AtomicLong begun = new AtomicLong();
            assertThatThrownBy(() -> runner.run(RangeJob.over(0, 800).maxThreads(2), (from, to) -> {
                begun.incrementAndGet();
                both.countDown();
                both.await();
                throw new IOException("at " + from);
            })).isInstanceOf(RangeFailedException.class).hasCauseInstanceOf(IOException.class)
                    .hasMessageMatching("piece \\[\\d+, \\d+\\) threw java.io.IOException: at \\d+")
                    .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(1));
            assertThat(begun).hasValue(2);
            assertThat(runner.run(RangeJob.over(0, 800).maxThreads(2), (from, to) -> {}).done()).isEqualTo(800);
        }
    }

    @Test
    void cancellingTakesEffectBetweenPieces() {
        AtomicBoolean stop = new AtomicBoolean();
        try (RangeRunner runner = RangeRunner.open(1)) {
            RangeReport report = runner.run(RangeJob.over(0, 8000).maxThreads(2).cancelledWhen(stop::get),
                    (from, to) -> stop.set(true));
            assertThat(report.cancelled()).isTrue();
            assertThat(report.pieces()).isBetween(1L, 2L);
            assertThat(runner.run(RangeJob.over(0, 100).within(Duration.ZERO), (from, to) -> {}))
                    .satisfies(late -> assertThat(late.done()).isZero())
                    .satisfies(late -> assertThat(late.cancelled()).isTrue());
            assertThatThrownBy(() -> runner.run(RangeJob.over(0, 100).cancelledWhen(() -> {
                throw new IllegalStateException("no");
            }), (from, to) -> {})).isInstanceOf(RangeFailedException.class).hasMessageContaining("[0, 100)");
        }
    }

    @Test
    void anInterruptOfTheCallerCancelsAndIsKept() {
        try (RangeRunner alone = RangeRunner.open(0)) {
            RangeReport report = alone.run(RangeJob.over(0, 8000).maxThreads(2),
                    (from, to) -> Thread.currentThread().interrupt());
            assertThat(Thread.interrupted()).isTrue();
            assertThat(report).isEqualTo(new RangeReport(1, 2000, 1, 2000, true));
        }
    }

    @Test
    void anInterruptOfAWaitingCallerIsKeptAndItWaitsOn() {
        try (RangeRunner runner = RangeRunner.open(1)) {
            Thread caller = Thread.currentThread();
            CountDownLatch both = new CountDownLatch(2);
            RangeReport report = runner.run(RangeJob.over(0, 2).maxThreads(2), (from, to) -> {
                both.countDown();
                while (both.getCount() > 0) {
                    Thread.onSpinWait(); // not await: the caller is to wait in one place only
                }
                if (Thread.currentThread() != caller) {
                    while (caller.getState() != Thread.State.WAITING) {
                        Thread.onSpinWait();
                    }
                    caller.interrupt();
                }
            });
            assertThat(Thread.interrupted()).isTrue();
            assertThat(report.done()).isEqualTo(2);
        }
    }

    @Test
    void progressAscendsToTheWhole() {
        List<Long> told = Collections.synchronizedList(new ArrayList<>());
        try (RangeRunner runner = RangeRunner.open(3)) {
            runner.run(RangeJob.over(0, 100_000).minChunk(100).onProgress(told::add), (from, to) -> Thread.yield());
        }
        assertThat(told).isSorted().doesNotHaveDuplicates().endsWith(100_000L);
    }

    @Test
    void helpersRunOnTheNodesInTurnAndGetTheirCpusBack() {
        int cpu = CpuMask.available().toArray()[0];
        int other = CpuMask.available().toArray()[CpuMask.available().size() - 1];
        NumaNodes nodes = new NumaNodes(List.of(CpuMask.of(cpu).toBitSet(), CpuMask.of(other).toBitSet()));
        try (RangeRunner runner = RangeRunner.open(1, nodes)) {
            for (int i = 0; i < 4; i++) {
                CountDownLatch both = new CountDownLatch(2);
                Thread caller = Thread.currentThread();
                List<CpuMask> where = Collections.synchronizedList(new ArrayList<>());
                runner.run(RangeJob.over(0, 2).maxThreads(2).numaAware(true), (from, to) -> {
                    if (Thread.currentThread() != caller) {
                        where.add(CpuMask.of(org.quern.kapi.linux.Sched.getAffinity(0)));
                    }
                    both.countDown();
                    both.await();
                });
                assertThat(where).containsExactly(CpuMask.of(i % 2 == 0 ? cpu : other));
            }
        }
    }

    @Test
    void virtualThreadsMayAsk() throws InterruptedException {
        try (RangeRunner runner = RangeRunner.open(1)) {
            AtomicLong sum = new AtomicLong();
            Thread.ofVirtual().start(() -> runner.run(RangeJob.over(1, 1000), (from, to) -> {
                for (long unit = from; unit < to; unit++) {
                    sum.addAndGet(unit);
                }
            })).join();
            assertThat(sum).hasValue(500_500);
        }
    }

    @Test
    void misuseIsNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> RangeJob.over(-1, 1)).withMessageStartingWith("start=-1");
        assertThatIllegalArgumentException().isThrownBy(() -> RangeJob.over(0, -1)).withMessageStartingWith("size=-1");
        assertThatIllegalArgumentException().isThrownBy(() -> RangeJob.over(2, Long.MAX_VALUE - 1))
                .withMessageContaining("start=2");
        RangeJob job = RangeJob.over(0, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> job.align(0)).withMessageStartingWith("units=0");
        assertThatIllegalArgumentException().isThrownBy(() -> job.minChunk(0)).withMessageStartingWith("units=0");
        assertThatIllegalArgumentException().isThrownBy(() -> job.maxThreads(0)).withMessageStartingWith("threads=0");
        assertThatIllegalArgumentException().isThrownBy(() -> RangeRunner.open(-1))
                .withMessageStartingWith("helpers=-1");
        RangeRunner closed = RangeRunner.open(1);
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.run(job, (from, to) -> {})).isInstanceOf(IllegalStateException.class);
    }
}
