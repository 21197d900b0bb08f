package org.quern.padata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** J10 and section 9: order for each key, nothing between keys, two bounds with answers, dead jobs that flow. */
@Timeout(60)
class KeyedShellTest {
    private Padata padata = Padata.open(PadataOptions.defaults().named("keyed").parallelWorkers(3));

    @AfterEach
    void close() {
        ShellChecker.closeAndCheck(padata);
    }

    /** A job of one key, checked by that key's checker. */
    private static final class Numbered extends KeyedJob {
        final OrderChecker checker;
        final long number;
        final CountDownLatch gate;
        long echo = -1;

        Numbered(OrderChecker checker, long number, CountDownLatch gate) {
            this.checker = checker;
            this.number = number;
            this.gate = gate;
        }

        @Override
        protected void parallel(Worker worker) throws Exception {
            gate.await();
            echo = number;
        }

        @Override
        protected void serial() {
            checker.enter(echo == number ? number : -1);
        }

        @Override
        protected void failed(Throwable cause) {
            assertThat(cause).isInstanceOf(JobDroppedException.class);
            checker.enterFailed(number);
        }
    }

    private static final CountDownLatch OPEN = new CountDownLatch(0);

    @Test
    void j10_slowKeyShouldHoldBackOnlyItself() throws Exception {
        KeyedShell<String> shell = padata.newKeyedShell(KeyedShellOptions.defaults().named("flows"));
        assertThat(shell.name()).isEqualTo("flows");
        CountDownLatch gate = new CountDownLatch(1);
        OrderChecker slow = new OrderChecker();
        OrderChecker quick = new OrderChecker();
        assertThat(shell.submit("slow", new Numbered(slow, 0, gate))).isEqualTo(SubmitResult.ACCEPTED);
        assertThat(shell.submit("slow", new Numbered(slow, 1, OPEN))).isEqualTo(SubmitResult.ACCEPTED);
        CountDownLatch all = new CountDownLatch(1);
        for (int i = 0; i < 500; i++) {
            assertThat(shell.submit("quick", new Numbered(quick, i, OPEN))).isEqualTo(SubmitResult.ACCEPTED);
        }
        assertThat(shell.submit("quick", 1, n -> n + 1, n -> all.countDown())).isEqualTo(SubmitResult.ACCEPTED);
        all.await();
        assertThat(shell.inFlight("slow")).isEqualTo(2);
        assertThat(shell.inFlight("nobody")).isZero();
        gate.countDown();
        shell.close();
        slow.assertSaw(2);
        quick.assertSaw(500);
        assertThat(shell.keys()).isZero();
        assertThat(shell.state()).isEqualTo(State.CLOSED);
        assertThat(shell.submit("late", new Numbered(slow, 9, OPEN))).isEqualTo(SubmitResult.STOPPED);
        assertThat(padata.stats().serialised()).isEqualTo(503);
    }

    @Test
    void j10_fullKeyShouldSayFullAndFullRingShouldDropInOrder() {
        KeyedShell<Integer> shell = padata
                .newKeyedShell(KeyedShellOptions.defaults().jobsOfAKey(12).jobsWaiting(4));
        CountDownLatch gate = new CountDownLatch(1);
        OrderChecker checker = new OrderChecker();
        List<SubmitResult> results = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            results.add(shell.submit(7, new Numbered(checker, i, gate)));
        }
        assertThat(results.subList(12, 14)).containsOnly(SubmitResult.FULL);
        long dropped = results.stream().filter(r -> r == SubmitResult.DROPPED).count();
        assertThat(dropped).as("3 workers and 4 places: %s", results).isBetween(5L, 8L);
        assertThat(results.subList(0, 4)).containsOnly(SubmitResult.ACCEPTED);
        gate.countDown();
        shell.close();
        checker.assertSaw(12);
        checker.assertSawFailures(dropped);
        assertThat(padata.stats().dropped()).isEqualTo(dropped);
    }

    @Test
    void manyKeysShouldEachKeepTheirOrderWhateverHappens() throws Exception {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        System.out.println("KeyedShellTest seed=" + seed);
        int keys = 2000;
        int jobs = Integer.getInteger("quern.operations", 200_000);
        KeyedShell<Integer> shell = padata.newKeyedShell(KeyedShellOptions.defaults().jobsOfAKey(64).jobsWaiting(256));
        OrderChecker[] checkers = new OrderChecker[keys];
        Arrays.setAll(checkers, i -> new OrderChecker());
        AtomicLong dropped = new AtomicLong();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        int[] next = new int[keys];
        Thread[] submitters = new Thread[3];
        for (int t = 0; t < submitters.length; t++) {
            int mine = t;
            submitters[t] = Thread.ofPlatform().start(() -> {
                Random random = new Random(seed + mine);
                try {
                    for (int i = 0; i < jobs / submitters.length; i++) {
                        int key = random.nextInt(keys / 3) * 3 + mine;
                        key = random.nextBoolean() ? mine : key;
                        SubmitResult result = shell.submit(key, new Numbered(checkers[key], next[key], OPEN));
                        next[key] += result == SubmitResult.FULL ? 0 : 1;
                        dropped.addAndGet(result == SubmitResult.DROPPED ? 1 : 0);
                    }
                } catch (Throwable thrown) {
                    failed.set(thrown);
                }
            });
        }
        for (Thread submitter : submitters) {
            submitter.join();
        }
        assertThat(failed.get()).isNull();
        shell.close();
        for (int key = 0; key < keys; key++) {
            checkers[key].assertSaw(next[key]);
        }
        assertThat(shell.keys()).as("state of keys without jobs").isZero();
        assertThat(padata.stats().dropped()).isEqualTo(dropped.get());
        assertThat(padata.stats().serialised()).isEqualTo(Arrays.stream(next).asLongStream().sum());
    }

    /** Defers, is completed by another thread, and is used again from its own serial phase. */
    private static final class Deferring extends KeyedJob {
        final ConcurrentLinkedQueue<Completion> tokens;
        final KeyedShell<Integer> shell;
        final AtomicInteger rounds;
        final CountDownLatch end;

        Deferring(ConcurrentLinkedQueue<Completion> tokens, KeyedShell<Integer> shell, AtomicInteger rounds,
                CountDownLatch end) {
            this.tokens = tokens;
            this.shell = shell;
            this.rounds = rounds;
            this.end = end;
        }

        @Override
        protected void parallel(Worker worker) {
            tokens.add(worker.defer());
        }

        @Override
        protected void serial() {
            if (rounds.decrementAndGet() > 0) {
                shell.submit(1, this);
            } else {
                end.countDown();
            }
        }
    }

    @Test
    void deferredJobsShouldCompleteFromForeignThreadsAndBeUsedAgain() throws Exception {
        KeyedShell<Integer> shell = padata.newKeyedShell(KeyedShellOptions.defaults());
        ConcurrentLinkedQueue<Completion> tokens = new ConcurrentLinkedQueue<>();
        CountDownLatch end = new CountDownLatch(1);
        Deferring job = new Deferring(tokens, shell, new AtomicInteger(2000), end);
        assertThat(shell.submit(1, job)).isEqualTo(SubmitResult.ACCEPTED);
        assertThatThrownBy(() -> shell.submit(2, job)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in flight");
        Completion last = null;
        while (end.getCount() > 0) {
            Completion token = tokens.poll();
            if (token != null) {
                assertThat(token.complete()).isTrue();
                last = token;
            }
        }
        Completion used = last;
        assertThatThrownBy(used::complete).isInstanceOf(IllegalStateException.class).hasMessageContaining("used once");
        shell.close();
        assertThat(padata.stats().serialised()).isEqualTo(2000);
    }

    @Test
    void closeShouldCancelOrGiveUpWhatNeverCompletes() throws Exception {
        KeyedShell<Integer> cancelled = padata.newKeyedShell(KeyedShellOptions.defaults());
        KeyedShell<Integer> givenUp = padata.newKeyedShell(KeyedShellOptions.defaults());
        AtomicInteger failures = new AtomicInteger();
        ConcurrentLinkedQueue<Completion> tokens = new ConcurrentLinkedQueue<>();
        for (KeyedShell<Integer> shell : List.of(cancelled, givenUp)) {
            shell.submit(1, new KeyedJob() {
                @Override
                protected void parallel(Worker worker) {
                    tokens.add(worker.defer());
                }

                @Override
                protected void serial() {}

                @Override
                protected void failed(Throwable cause) {
                    failures.incrementAndGet();
                }
            });
        }
        while (tokens.size() < 2) {
            Thread.onSpinWait();
        }
        assertThat(cancelled.close(CloseMode.CANCEL, Duration.ofSeconds(20)).drained()).isTrue();
        assertThat(failures.get()).isEqualTo(1);
        CloseReport report = givenUp.close(CloseMode.DRAIN, Duration.ofMillis(20));
        assertThat(report.drained()).isFalse();
        assertThat(report.abandoned()).isEqualTo(1);
        assertThat(report.stuck().getFirst().phase()).isEqualTo(CloseReport.Phase.DEFERRED);
        assertThatThrownBy(givenUp::close).hasMessageContaining("did not drain");
        tokens.forEach(token -> assertThat(token.complete()).isFalse());
    }

    @Test
    void pauseMasksLimitsAndMisuseShouldAnswer() throws Exception {
        padata.close();
        padata = Padata.open(PadataOptions.defaults().named("keyed").parallelWorkers(1).maxInFlight(2).maxShells(1));
        KeyedShell<String> shell = padata.newKeyedShell(KeyedShellOptions.defaults());
        assertThatThrownBy(() -> padata.newShell()).hasMessageContaining("maxShells=1");
        CountDownLatch gate = new CountDownLatch(1);
        OrderChecker checker = new OrderChecker();
        shell.submit("a", new Numbered(checker, 0, gate));
        shell.submit("a", new Numbered(checker, 1, gate));
        Numbered third = new Numbered(checker, 2, gate);
        assertThat(shell.submit("b", third)).as("maxInFlight").isEqualTo(SubmitResult.FULL);
        padata.pause();
        assertThat(shell.state()).isEqualTo(State.PAUSED);
        assertThat(shell.submit("b", third)).isEqualTo(SubmitResult.STOPPED);
        padata.resume();
        gate.countDown();
        while (shell.inFlight("a") > 0) {
            Thread.onSpinWait();
        }
        while (shell.submit("a", third) == SubmitResult.FULL) {
            Thread.onSpinWait();
        }
        AtomicReference<Throwable> refused = new AtomicReference<>();
        CountDownLatch inside = new CountDownLatch(1);
        shell.submit("c", 1, n -> n, n -> {
            try {
                shell.close();
            } catch (IllegalStateException e) {
                refused.set(e);
            }
            inside.countDown();
        });
        inside.await();
        assertThat(refused.get()).hasMessageContaining("inside a callback");
        assertThatThrownBy(() -> shell.submit(null, third)).hasMessageContaining("key");
        assertThatThrownBy(() -> KeyedShellOptions.defaults().jobsOfAKey(0)).hasMessage("jobs=0: must be 1..1048576");
        assertThatThrownBy(() -> KeyedShellOptions.defaults().jobsWaiting(1)).hasMessage("jobs=1: must be 2..1048576");
        shell.close();
        checker.assertSaw(3);
    }

    @Test
    void callbacksThatThrowShouldBeToldAndTheKeyGoesOn() {
        padata.close();
        AtomicInteger told = new AtomicInteger();
        padata = Padata.open(PadataOptions.defaults().named("keyed").failureHandler(new FailureHandler() {
            @Override
            public void callbackThrew(Shell shell, Job job, Throwable thrown) {
                told.set(-1000);
            }

            @Override
            public void keyedCallbackThrew(KeyedShell<?> shell, Job job, Throwable thrown) {
                told.incrementAndGet();
            }
        }));
        KeyedShell<String> shell = padata.newKeyedShell(KeyedShellOptions.defaults());
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            shell.submit("k", i, n -> {
                if (n % 2 == 0) {
                    throw new IllegalStateException("even");
                }
                return n;
            }, seen::add);
        }
        shell.close();
        assertThat(seen).containsExactly(1, 3, 5, 7, 9);
        assertThat(told.get()).isEqualTo(5);
        assertThat(padata.stats().failed()).isEqualTo(5);
    }
}
