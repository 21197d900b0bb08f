package org.quern.padata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** J11 as far as it goes here: close drains, within a deadline, and says what it had to give up. */
@Timeout(60)
class CloseTest {
    private final OrderChecker checker = new OrderChecker();

    @Test
    void closeShouldDrainWhatWasAccepted() {
        for (int round = 0; round < 50; round++) {
            OrderChecker each = new OrderChecker();
            Padata padata = Padata.open(PadataOptions.defaults().named("drain").parallelWorkers(2));
            Shell shell = padata.newShell();
            for (int i = 0; i < 500; i++) {
                shell.submit(new NumberedJob(each, i));
            }
            ShellChecker.closeAndCheck(padata, shell);
            each.assertSaw(500);
            assertThat(shell.submit(new NumberedJob(each, 500)).result()).isEqualTo(SubmitResult.STOPPED);
            assertThat(padata.state()).isEqualTo(State.CLOSED);
            assertThatThrownBy(padata::newShell).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("CLOSED");
        }
    }

    /** Masks that flap and counters that are asked for, up to and beyond the close: no thread is left when it returns. */
    @Test
    void closeShouldEndTheThreadsOfAMaskChangeAtTheSameMoment() throws Exception {
        for (int round = 0; round < 150; round++) {
            Padata padata = Padata.open(PadataOptions.defaults().named("flap").assumingCpus(CpuMask.of(0, 1, 2))
                    .serialCpus(CpuMask.of(0)));
            Shell shell = padata.newShell();
            OrderChecker each = new OrderChecker();
            AtomicInteger changes = new AtomicInteger();
            Thread masks = Thread.ofPlatform().start(() -> {
                for (int i = 0; padata.state() != State.CLOSED; i++) {
                    padata.setMask(MaskKind.SERIAL, CpuMask.of(i % 3));
                    padata.setMask(MaskKind.PARALLEL, i % 2 == 0 ? CpuMask.of(0) : CpuMask.of(0, 1, 2));
                    changes.incrementAndGet();
                }
            });
            Thread counters = Thread.ofPlatform().start(() -> {
                while (padata.state() != State.CLOSED) {
                    padata.stats();
                }
            });
            int jobs = 0;
            while (changes.get() < round % 4 || jobs < 50) {
                jobs += shell.submit(new NumberedJob(each, jobs)).accepted() ? 1 : 0;
            }
            ShellChecker.closeAndCheck(padata, shell);
            masks.join();
            counters.join();
            ShellChecker.assertNoThreads(padata);
            each.assertSaw(jobs);
        }
    }

    @Test
    void h7_closeShouldNameTheJobThatNeverEndsItsParallelPhase() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("stuck").parallelWorkers(2));
        Shell shell = padata.newShell();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        shell.submit(new NumberedJob(checker, 0));
        shell.submit(new NumberedJob(checker, 1) {
            @Override
            protected void parallel(Worker worker) throws Exception {
                entered.countDown();
                never.await();
            }
        });
        shell.submit(new NumberedJob(checker, 2));
        entered.await();
        CloseReport report = padata.close(Duration.ofMillis(100));
        assertThat(report.drained()).isFalse();
        assertThat(report.abandoned()).isEqualTo(2);
        assertThat(report.stuck()).singleElement().satisfies(stuck -> {
            assertThat(stuck.sequence()).isEqualTo(1);
            assertThat(stuck.phase()).isEqualTo(CloseReport.Phase.PARALLEL);
            assertThat(stuck.atLeast()).isBetween(Duration.ofMillis(90), Duration.ofSeconds(30));
        });
        assertThat(report.stuckThreads()).as("the interrupt at the deadline ended the callback").isEmpty();
        ShellChecker.assertNoThreads(padata);
        checker.assertSaw(1);
    }

    @Test
    void h7_closeShouldReportAThreadThatCannotBeEnded() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("deaf").parallelWorkers(1));
        Shell shell = padata.newShell();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        shell.submit(new NumberedJob(checker, 0) {
            @Override
            protected void serial() throws Exception {
                super.serial();
                entered.countDown();
                for (;;) {
                    try {
                        release.await();
                        return;
                    } catch (InterruptedException e) {
                        // deaf
                    }
                }
            }
        });
        shell.submit(new NumberedJob(checker, 1));
        entered.await();
        CloseReport report = padata.close(Duration.ofMillis(50));
        assertThat(report.drained()).isFalse();
        assertThat(report.stuck()).singleElement().satisfies(stuck -> {
            assertThat(stuck.sequence()).isZero();
            assertThat(stuck.phase()).isEqualTo(CloseReport.Phase.SERIAL);
        });
        assertThat(report.stuckThreads()).containsExactly("deaf-parallel-0");
        release.countDown();
        while (Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals("deaf-parallel-0"))) {
            Thread.sleep(1);
        }
        checker.assertSaw(1);
        assertThatThrownBy(padata::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("deaf-0");
    }

    @Test
    void closeFromInsideACallbackShouldBeRefused() {
        Padata padata = Padata.open(PadataOptions.defaults().named("self").serialCpus(firstCpu()));
        Shell lane = padata.newShell();
        Shell inline = padata.newShell(ShellOptions.defaults().withSerialMode(SerialMode.INLINE));
        AtomicInteger refused = new AtomicInteger();
        List<Runnable> closes = List.of(padata::close, lane::close, inline::close, () -> padata.close(Duration.ZERO),
                () -> inline.close(Duration.ZERO));
        Runnable attempt = () -> closes.forEach(close -> {
            try {
                close.run();
            } catch (IllegalStateException e) {
                refused.addAndGet(e.getMessage().contains("inside a callback") ? 1 : 0);
            }
        });
        for (Shell shell : List.of(lane, inline)) {
            shell.submit(new NumberedJob(checker, 0) {
                @Override
                protected void parallel(Worker worker) {
                    attempt.run();
                }

                @Override
                protected void serial() {
                    attempt.run();
                }
            });
        }
        ShellChecker.closeAndCheck(padata, lane, inline);
        assertThat(refused.get()).isEqualTo(4 * closes.size());
    }

    @Test
    void blockedSubmittersShouldBeToldThatTheShellStopped() throws Exception {
        for (Backpressure policy : List.of(Backpressure.BLOCK, Backpressure.CALLER_RUNS)) {
            Padata padata = Padata.open(PadataOptions.defaults().named("stop").parallelWorkers(1).ringCapacity(2)
                    .whenFull(policy));
            Shell shell = padata.newShell();
            AtomicReference<Completion> token = new AtomicReference<>();
            shell.submit(new NumberedJob(new OrderChecker(), 0) {
                @Override
                protected void parallel(Worker worker) {
                    token.set(worker.defer());
                }
            });
            shell.submit(new NumberedJob(new OrderChecker(), 1));
            AtomicReference<SubmitResult> result = new AtomicReference<>();
            Thread submitter = Thread.ofPlatform()
                    .start(() -> result.set(shell.submit(new NumberedJob(new OrderChecker(), 2)).result()));
            while (submitter.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
            assertThat(shell.close(Duration.ofMillis(20)).drained()).isFalse();
            submitter.join();
            assertThat(result.get()).isEqualTo(SubmitResult.STOPPED);
            padata.close(Duration.ofSeconds(10));
            ShellChecker.assertNoThreads(padata);
        }
    }

    @Test
    void h11_closeRacingWithSubmissionsAndCompletionsShouldLoseNothing() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("race").parallelWorkers(2).maxShells(4));
        for (int round = 0; round < 3000; round++) {
            Shell shell = padata.newShell(ShellOptions.defaults().withCapacity(4));
            OrderChecker each = new OrderChecker();
            AtomicInteger accepted = new AtomicInteger();
            CountDownLatch started = new CountDownLatch(1);
            Thread submitter = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 50; i++) {
                    boolean defers = i % 3 == 0;
                    if (!shell.submit(new NumberedJob(each, i) {
                        @Override
                        protected void parallel(Worker worker) throws Exception {
                            super.parallel(worker);
                            if (defers) {
                                Completion token = worker.defer();
                                Thread.ofVirtual().start(token::complete);
                            }
                        }
                    }).accepted()) {
                        return;
                    }
                    accepted.incrementAndGet();
                    started.countDown();
                }
            });
            started.await();
            for (int i = round % 64; i > 0; i--) {
                Thread.onSpinWait();
            }
            assertThat(shell.close(Duration.ofSeconds(30)).drained()).isTrue();
            submitter.join();
            each.assertSaw(accepted.get());
        }
        ShellChecker.closeAndCheck(padata);
    }

    @Test
    void h20_h21_openingAndClosingInALoopShouldLeaveNothing() {
        for (int i = 0; i < 200; i++) {
            Padata padata = Padata.open(PadataOptions.defaults().named("loop" + i).parallelWorkers(1 + i % 4)
                    .serialCpus(firstCpu()));
            Shell shell = padata.newShell();
            if (i % 2 == 0) {
                shell.submit(new NumberedJob(new OrderChecker(), 0));
            }
            if (i % 3 == 0) {
                shell.close();
            }
            ShellChecker.closeAndCheck(padata, shell);
        }
    }

    @Test
    void shellsShouldBeForgottenWhenClosed() {
        Padata padata = Padata.open(PadataOptions.defaults().named("many").maxShells(2));
        for (int i = 0; i < 1000; i++) {
            Shell shell = padata.newShell();
            shell.submit(new NumberedJob(new OrderChecker(), 0));
            shell.close();
        }
        padata.newShell();
        padata.newShell();
        assertThatThrownBy(padata::newShell).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("maxShells=2");
        assertThat(ShellChecker.closeAndCheck(padata).serialised()).isEqualTo(1000);
    }

    @Test
    void concurrentClosersShouldAllGetTheReport() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("closers"));
        Shell shell = padata.newShell();
        for (int i = 0; i < 100; i++) {
            shell.submit(new NumberedJob(checker, i));
        }
        List<CloseReport> reports = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofVirtual().start(() -> reports.add(shell.close(Duration.ofSeconds(30)))));
            threads.add(Thread.ofVirtual().start(() -> reports.add(padata.close(Duration.ofSeconds(30)))));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(reports).hasSize(8).allMatch(CloseReport::drained);
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(100);
    }

    @Test
    void interruptShouldNotCutACloseShort() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("patient"));
        Shell shell = padata.newShell();
        for (int i = 0; i < 10; i++) {
            shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void parallel(Worker worker) throws Exception {
                    Thread.sleep(5);
                    super.parallel(worker);
                }
            });
        }
        Thread.currentThread().interrupt();
        assertThat(padata.close(Duration.ofSeconds(30)).drained()).isTrue();
        assertThat(Thread.interrupted()).isTrue();
        ShellChecker.assertQuiet(shell);
        checker.assertSaw(10);
    }

    private static CpuMask firstCpu() {
        return CpuMask.of(CpuMask.available().toArray()[0]);
    }
}
