package org.quern.padata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** J7: a full ring, from outside and from inside callbacks. */
@Timeout(20)
class BackpressureTest {
    private final OrderChecker checker = new OrderChecker();

    /** Blocks in parallel until released. */
    private static final class Gate extends NumberedJob {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);

        Gate(OrderChecker checker, long number) {
            super(checker, number);
        }

        @Override
        protected void parallel(Worker worker) throws Exception {
            super.parallel(worker);
            entered.countDown();
            release.await();
        }
    }

    private Padata open(String name, Backpressure policy) {
        return Padata.open(PadataOptions.defaults().named(name).parallelWorkers(1).ringCapacity(8).whenFull(policy));
    }

    @Test
    void j7_failShouldRefuseAndMemoryStayBoundedUnderAStuckFirstJob() throws Exception {
        Padata padata = open("fail", Backpressure.FAIL);
        Shell shell = padata.newShell();
        Gate gate = new Gate(checker, 0);
        shell.submit(gate);
        gate.entered.await();
        for (int i = 1; i < 8; i++) {
            assertThat(shell.submit(new NumberedJob(checker, i)).accepted()).isTrue();
        }
        assertThat(shell.inFlight()).isEqualTo(8);
        for (int i = 0; i < 1000; i++) {
            assertThat(shell.submit(new NumberedJob(checker, 99)).result()).isEqualTo(SubmitResult.FULL);
        }
        gate.release.countDown();
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(8);
    }

    @Test
    void j7_callerShouldRunJobsItself() throws Exception {
        Padata padata = open("caller", Backpressure.CALLER_RUNS);
        Shell shell = padata.newShell();
        Gate gate = new Gate(checker, 0);
        shell.submit(gate);
        gate.entered.await();
        Set<String> ranOn = ConcurrentHashMap.newKeySet();
        AtomicInteger helpers = new AtomicInteger();
        for (int i = 1; i <= 8; i++) {
            if (i == 8) {
                // All eight slots are taken. This submission helps with all it can, then waits: let the gate open.
                Thread.ofPlatform().start(() -> {
                    while (ranOn.isEmpty()) {
                        Thread.onSpinWait();
                    }
                    gate.release.countDown();
                });
            }
            shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void parallel(Worker worker) throws Exception {
                    super.parallel(worker);
                    ranOn.add(Thread.currentThread().getName());
                    helpers.addAndGet(worker.index() == -1 ? 1 : 0);
                }
            });
        }
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(9);
        assertThat(ranOn).contains(Thread.currentThread().getName());
        assertThat(stats.inlineRuns()).isEqualTo(helpers.get()).isPositive();
        assertThat(stats.deepestReordering()).isPositive();
    }

    @Test
    void j7_blockedSubmitterShouldBeWoken() throws Exception {
        Padata padata = open("block", Backpressure.BLOCK);
        Shell shell = padata.newShell();
        Gate gate = new Gate(checker, 0);
        shell.submit(gate);
        gate.entered.await();
        Thread submitter = Thread.ofPlatform().start(() -> {
            for (int i = 1; i < 1000; i++) {
                assertThat(shell.submit(new NumberedJob(checker, i)).accepted()).isTrue();
            }
        });
        while (submitter.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        gate.release.countDown();
        submitter.join();
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(1000);
        assertThat(stats.inlineRuns()).isZero();
    }

    @ParameterizedTest
    @EnumSource(value = Backpressure.class, names = {"BLOCK", "CALLER_RUNS"})
    void interruptShouldEndTheWaitWithFullAndKeepTheFlag(Backpressure policy) throws Exception {
        Padata padata = open("interrupt", policy);
        Shell shell = padata.newShell();
        Gate gate = new Gate(checker, 0);
        shell.submit(gate);
        gate.entered.await();
        for (int i = 1; i < 8; i++) {
            shell.submit(new NumberedJob(checker, i));
        }
        AtomicReference<SubmitResult> result = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread submitter = Thread.ofPlatform().start(() -> {
            result.set(shell.submit(new NumberedJob(checker, 99)).result());
            flag.set(Thread.currentThread().isInterrupted());
        });
        while (submitter.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        submitter.interrupt();
        submitter.join();
        assertThat(result.get()).isEqualTo(SubmitResult.FULL);
        assertThat(flag.get()).isTrue();
        gate.release.countDown();
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(8);
    }

    @Test
    void interruptedWorkerShouldGoOn() {
        Padata padata = open("flag", Backpressure.CALLER_RUNS);
        Shell shell = padata.newShell();
        for (int i = 0; i < 100; i++) {
            shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void parallel(Worker worker) throws Exception {
                    super.parallel(worker);
                    if (worker.index() >= 0) {
                        Thread.currentThread().interrupt(); // a job that leaves the flag behind
                    }
                }
            });
        }
        Thread.interrupted();
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(100);
    }

    @ParameterizedTest
    @EnumSource(value = Backpressure.class, names = {"CALLER_RUNS", "BLOCK", "FAIL"})
    void h9_submittingFromCallbacksOfTheSameShellShouldNeverHang(Backpressure policy) throws Exception {
        for (boolean fromSerial : new boolean[]{false, true}) {
            Padata padata = Padata.open(PadataOptions.defaults().named("nested").parallelWorkers(2).ringCapacity(4)
                    .whenFull(policy));
            Shell shell = padata.newShell();
            AtomicInteger accepted = new AtomicInteger();
            AtomicInteger ran = new AtomicInteger();
            List<SubmitResult> results = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch done = new CountDownLatch(2000);
            class Spawner extends Job {
                private void spawn() {
                    for (int i = 0; i < 6 && accepted.get() < 2000; i++) {
                        SubmitResult result = shell.submit(new Spawner()).result();
                        results.add(result);
                        if (result == SubmitResult.ACCEPTED) {
                            accepted.incrementAndGet();
                        }
                    }
                }

                @Override
                protected void parallel(Worker worker) {
                    if (!fromSerial) {
                        spawn();
                    }
                }

                @Override
                protected void serial() {
                    ran.incrementAndGet();
                    if (fromSerial) {
                        spawn();
                    }
                    done.countDown();
                }
            }
            while (accepted.get() < 2000) {
                // A seed whenever the last family died out, so that callbacks find room to submit into.
                if (shell.inFlight() == 0 && shell.submit(new Spawner()).accepted()) {
                    accepted.incrementAndGet();
                }
            }
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            ShellChecker.closeAndCheck(padata, shell);
            assertThat(ran.get()).isEqualTo(accepted.get());
            // A job in its parallel phase holds its slot and all behind it; one in its serial phase holds the drain
            // token: either way six more never fit in four slots, and some always do.
            assertThat(results).containsOnly(SubmitResult.ACCEPTED, SubmitResult.FULL);
        }
    }

    @Test
    void h8_nestedPipelinesOnSeparateShellsShouldPassEverythingOn() {
        Padata padata = open("stages", Backpressure.CALLER_RUNS);
        Shell second = padata.newShell();
        Shell first = padata.newShell();
        OrderChecker end = checker;
        for (int i = 0; i < 5000; i++) {
            int number = i;
            first.submit(new NumberedJob(new OrderChecker(), i) {
                @Override
                protected void serial() {
                    NumberedJob next = new NumberedJob(end, number);
                    while (!second.submit(next).accepted()) {
                        Thread.onSpinWait(); // full and nothing to help with: another thread is at it
                    }
                }
            });
        }
        assertThat(first.close(java.time.Duration.ofSeconds(30)).drained()).isTrue();
        ShellChecker.closeAndCheck(padata, first, second);
        checker.assertSaw(5000);
    }
}
