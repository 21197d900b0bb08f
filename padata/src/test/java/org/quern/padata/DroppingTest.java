package org.quern.padata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** J7: jobs that are dropped are told in their turn, limits of the instance, waits that end. */
@Timeout(30)
class DroppingTest {
    /** What became of each job, in the order of its serial phase: its number, or its number negated if it was dropped. */
    private final List<Long> log = Collections.synchronizedList(new ArrayList<>());

    private class LoggedJob extends Job {
        final long number;

        LoggedJob(long number) {
            this.number = number;
        }

        @Override
        protected void parallel(Worker worker) throws Exception {}

        @Override
        protected void serial() {
            log.add(number);
        }

        @Override
        protected void failed(Throwable cause) {
            log.add(cause instanceof JobDroppedException ? -number : Long.MIN_VALUE);
        }
    }

    /** Holds its worker until released. */
    private final class Stopper extends LoggedJob {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);

        Stopper() {
            super(1000);
        }

        @Override
        protected void parallel(Worker worker) throws Exception {
            entered.countDown();
            release.await();
        }
    }

    private static Padata open(String name, Backpressure policy) {
        return Padata.open(PadataOptions.defaults().named(name).parallelWorkers(1).ringCapacity(4).whenFull(policy));
    }

    @Test
    void j7_dropNewestShouldTellInOrderAndThenRefuse() throws Exception {
        Padata padata = open("newest", Backpressure.DROP_NEWEST);
        Shell shell = padata.newShell();
        assertThat(shell.capacity()).isEqualTo(4);
        Stopper stopper = new Stopper();
        shell.submit(stopper);
        stopper.entered.await();
        List<SubmitResult> results = new ArrayList<>();
        for (int i = 1; i <= 9; i++) {
            results.add(shell.submit(new LoggedJob(i)).result());
        }
        assertThat(results).containsExactly(SubmitResult.ACCEPTED, SubmitResult.ACCEPTED, SubmitResult.ACCEPTED,
                SubmitResult.DROPPED, SubmitResult.DROPPED, SubmitResult.DROPPED, SubmitResult.DROPPED,
                SubmitResult.FULL, SubmitResult.FULL);
        stopper.release.countDown();
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        assertThat(log).containsExactly(1000L, 1L, 2L, 3L, -4L, -5L, -6L, -7L);
        assertThat(stats.dropped()).isEqualTo(4);
        assertThat(stats.failed()).isEqualTo(4);
    }

    @Test
    void j7_dropOldestShouldKeepTheNewestAndTellInOrder() throws Exception {
        Padata padata = open("oldest", Backpressure.DROP_OLDEST);
        Shell shell = padata.newShell();
        Stopper stopper = new Stopper();
        shell.submit(stopper);
        stopper.entered.await();
        List<SubmitResult> results = new ArrayList<>();
        for (int i = 1; i <= 9; i++) {
            results.add(shell.submit(new LoggedJob(i)).result());
        }
        assertThat(results.subList(0, 7)).containsOnly(SubmitResult.ACCEPTED);
        assertThat(results.subList(7, 9)).as("the first job is stuck, no slot is left").containsOnly(SubmitResult.FULL);
        stopper.release.countDown();
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        assertThat(log).as("at most four wait").containsExactly(1000L, -1L, -2L, -3L, 4L, 5L, 6L, 7L);
        assertThat(stats.dropped()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(value = Backpressure.class, names = {"DROP_NEWEST", "DROP_OLDEST"})
    void underOverloadEachJobShouldBeToldOnceAndInOrder(Backpressure policy) {
        Padata padata = open("overload", policy);
        Shell shell = padata.newShell();
        List<Long> taken = new ArrayList<>();
        for (long i = 1; i <= 50_000; i++) {
            if (shell.submit(new LoggedJob(i)).result() != SubmitResult.FULL) {
                taken.add(i);
            }
        }
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        assertThat(log.stream().map(Math::abs).toList()).isEqualTo(taken);
        assertThat(log.stream().filter(n -> n < 0).count()).isEqualTo(stats.dropped());
    }

    @Test
    void j7_instanceLimitShouldBoundAllShellsTogether() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("limit").parallelWorkers(1).maxInFlight(3)
                .whenFull(Backpressure.FAIL));
        Shell first = padata.newShell();
        Shell second = padata.newShell();
        Stopper stopper = new Stopper();
        first.submit(stopper);
        stopper.entered.await();
        assertThat(second.submit(new LoggedJob(1)).accepted()).isTrue();
        assertThat(first.submit(new LoggedJob(2)).accepted()).isTrue();
        assertThat(second.submit(new LoggedJob(3)).result()).isEqualTo(SubmitResult.FULL);
        assertThat(first.submitAll(new Job[]{new LoggedJob(4)}, 0, 1)).isZero();
        stopper.release.countDown();
        while (padata.stats().inFlight() > 0) {
            Thread.sleep(1);
        }
        assertThat(second.submit(new LoggedJob(5)).accepted()).isTrue();
        ShellChecker.closeAndCheck(padata, first, second);
        assertThat(log).hasSize(4);
        assertThat(padata.instance().limit().inFlight()).as("everything was given back").isZero();
    }

    @ParameterizedTest
    @EnumSource(value = Backpressure.class, names = {"BLOCK", "CALLER_RUNS"})
    void j7_instanceLimitShouldHoldUpSubmittersOfManyShells(Backpressure policy) throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("held").parallelWorkers(2).maxInFlight(5)
                .whenFull(policy));
        AtomicLong most = new AtomicLong();
        List<Thread> submitters = new ArrayList<>();
        List<Shell> shells = new ArrayList<>();
        List<OrderChecker> checkers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Shell shell = padata.newShell();
            OrderChecker checker = new OrderChecker();
            shells.add(shell);
            checkers.add(checker);
            submitters.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 5000; i++) {
                    if (!shell.submit(new NumberedJob(checker, i)).accepted()) {
                        throw new IllegalStateException("refused");
                    }
                    most.accumulateAndGet(padata.instance().limit().inFlight(), Math::max);
                }
            }));
        }
        for (Thread submitter : submitters) {
            submitter.join();
        }
        ShellChecker.closeAndCheck(padata, shells.toArray(new Shell[0]));
        checkers.forEach(checker -> checker.assertSaw(5000));
        assertThat(most.get()).as("each submitter may be one ahead while it tries").isLessThanOrEqualTo(5 + 4);
        assertThat(padata.instance().limit().inFlight()).isZero();
    }

    @Test
    void waitsShouldEndAfterTheTimeGiven() throws Exception {
        Padata padata = open("patience", Backpressure.BLOCK);
        Shell shell = padata.newShell(ShellOptions.defaults().waitAtMost(Duration.ofMillis(30)));
        Stopper stopper = new Stopper();
        shell.submit(stopper);
        stopper.entered.await();
        for (int i = 1; i < 4; i++) {
            shell.submit(new LoggedJob(i));
        }
        long start = System.nanoTime();
        assertThat(shell.submit(new LoggedJob(4)).result()).isEqualTo(SubmitResult.FULL);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(30));
        LoggedJob again = new LoggedJob(5);
        assertThat(shell.submit(again).result()).isEqualTo(SubmitResult.FULL);
        stopper.release.countDown();
        assertThat(shell.submit(again).accepted()).as("a job that was refused is free").isTrue();
        ShellChecker.closeAndCheck(padata, shell);
        assertThat(log).containsExactly(1000L, 1L, 2L, 3L, 5L);
        assertThatThrownBy(() -> ShellOptions.defaults().waitAtMost(Duration.ofNanos(-1)))
                .hasMessage("time=PT-0.000000001S: must not be negative");
        assertThatThrownBy(() -> PadataOptions.defaults().maxInFlight(0)).hasMessage("jobs=0: must be 1 or more");
    }

    /** A context factory that fails on the submitting thread leaves the job with its owner. */
    @Test
    void failingHelperContextShouldNotTakeTheJob() throws Exception {
        AtomicReference<Thread> refused = new AtomicReference<>();
        Padata padata = Padata.open(PadataOptions.defaults().named("context").parallelWorkers(1).ringCapacity(2)
                .workerContext(() -> {
                    if (Thread.currentThread().equals(refused.get())) {
                        throw new IllegalStateException("no cipher");
                    }
                    return "context";
                }));
        Shell shell = padata.newShell();
        Stopper stopper = new Stopper();
        shell.submit(stopper);
        stopper.entered.await();
        shell.submit(new LoggedJob(1));
        refused.set(Thread.currentThread());
        LoggedJob job = new LoggedJob(2);
        assertThatThrownBy(() -> shell.submit(job)).hasMessage("no cipher");
        stopper.release.countDown();
        while (shell.inFlight() > 0) {
            Thread.sleep(1);
        }
        assertThat(shell.submit(job).accepted()).isTrue();
        ShellChecker.closeAndCheck(padata, shell);
        assertThat(log).containsExactly(1000L, 1L, 2L);
    }
}
