package org.quern.padata;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The defects of section 8 of the contract that have no better place, each under its number. */
@Timeout(60)
class HazardsTest {
    private final OrderChecker checker = new OrderChecker();

    /** One job at a time through sleeping and waking workers: a lost wake-up would hang, a timer would show as time. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void h1_h2_noJobShouldBeOrphanedWhenWorkersSleepInBetween(boolean serialWorkers) throws Exception {
        PadataOptions options = PadataOptions.defaults().named("single").parallelWorkers(2)
                .assumingCpus(CpuMask.of(0, 1));
        Padata padata = Padata.open(serialWorkers ? options.serialCpus(CpuMask.of(0, 1)) : options);
        Shell shell = padata.newShell();
        AtomicLong delivered = new AtomicLong();
        int jobs = 20_000;
        for (int i = 0; i < jobs; i++) {
            shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void serial() throws Exception {
                    super.serial();
                    delivered.incrementAndGet();
                }
            }, i);
            if (i % 100 == 0) {
                LockSupport.parkNanos(100_000); // let everybody fall asleep
            }
            if (i % 7 == 0) {
                while (delivered.get() <= i) {
                    Thread.onSpinWait();
                }
            }
        }
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(jobs);
    }

    /** Far more threads than processors, all submitting to, and completing from, the same shells. */
    @Test
    void h3_oversubscriptionShouldNotCorruptAnything() throws Exception {
        int submitters = 4 * Runtime.getRuntime().availableProcessors() + 4;
        Padata padata = Padata.open(PadataOptions.defaults().named("crowd").parallelWorkers(8).ringCapacity(32));
        Shell[] shells = {padata.newShell(), padata.newShell(), padata.newShell()};
        AtomicLong[] delivered = {new AtomicLong(), new AtomicLong(), new AtomicLong()};
        Thread[] threads = new Thread[submitters];
        int perThread = 5_000;
        try (Completers completers = new Completers(2, 3)) {
            for (int t = 0; t < submitters; t++) {
                int own = t;
                threads[t] = Thread.ofPlatform().start(() -> {
                    OrderChecker[] mine = {new OrderChecker(), new OrderChecker(), new OrderChecker()};
                    for (int i = 0; i < perThread; i++) {
                        for (int s = 0; s < 3; s++) {
                            AtomicLong count = delivered[s];
                            boolean defers = (i + own) % 16 == 0;
                            // Each submitter's own jobs must come out in its own order, whatever the others do.
                            shells[s].submit(new NumberedJob(mine[s], i) {
                                @Override
                                protected void parallel(Worker worker) throws Exception {
                                    super.parallel(worker);
                                    if (defers) {
                                        completers.add(worker.defer(), false);
                                    }
                                }

                                @Override
                                protected void serial() throws Exception {
                                    super.serial();
                                    if (checker.seen() == number + 1) {
                                        count.incrementAndGet();
                                    }
                                }
                            });
                        }
                    }
                });
            }
            for (Thread thread : threads) {
                thread.join();
            }
            for (Shell shell : shells) {
                assertThat(shell.close(java.time.Duration.ofSeconds(30)).drained()).isTrue();
            }
        }
        ShellChecker.closeAndCheck(padata, shells);
        for (AtomicLong count : delivered) {
            assertThat(count.get()).isEqualTo((long) submitters * perThread);
        }
    }

    /** Sequence numbers wrap in the middle of the run, with lane counts that are no power of two. */
    @ParameterizedTest(name = "lanes={0} first={1}")
    @CsvSource({"1,4294967295", "3,4294967290", "5,9223372036854775800", "6,-3", "7,9223372036854775807"})
    void h4_h15_wrapShouldNotStallOrReorder(int lanes, long first) throws Exception {
        CpuMask cpus = CpuMask.of(java.util.stream.IntStream.range(0, lanes).map(i -> 2 * i + 1).toArray());
        Padata padata = Padata.open(PadataOptions.defaults().named("wrap").parallelWorkers(lanes).ringCapacity(16)
                .assumingCpus(cpus).serialCpus(cpus).firstSequence(first));
        Shell shell = padata.newShell();
        try (Completers completers = new Completers(2, first)) {
            for (int i = 0; i < 5_000; i++) {
                shell.submit(new NumberedJob(checker, i) {
                    @Override
                    protected void parallel(Worker worker) throws Exception {
                        super.parallel(worker);
                        completers.add(worker.defer(), false);
                    }
                }, i);
            }
            assertThat(shell.close(java.time.Duration.ofSeconds(30)).drained()).isTrue();
        }
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(5_000);
    }

    /** A slow first job: what comes behind runs, waits for it, and is bounded by the ring. */
    @Test
    void slowFirstJobShouldHoldBackOnlyItsShell() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("slow").parallelWorkers(2).ringCapacity(64)
                .whenFull(Backpressure.FAIL));
        Shell slow = padata.newShell();
        Shell quick = padata.newShell();
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch quickDone = new CountDownLatch(1000);
        slow.submit(new NumberedJob(checker, 0) {
            @Override
            protected void parallel(Worker worker) throws Exception {
                super.parallel(worker);
                entered.countDown();
                release.await();
            }
        });
        entered.await();
        AtomicLong ran = new AtomicLong();
        for (int i = 1; i < 64; i++) {
            slow.submit(new NumberedJob(checker, i) {
                @Override
                protected void parallel(Worker worker) throws Exception {
                    super.parallel(worker);
                    ran.incrementAndGet();
                }
            });
        }
        OrderChecker other = new OrderChecker();
        for (int i = 0; i < 1000; i++) {
            NumberedJob job = new NumberedJob(other, i) {
                @Override
                protected void serial() throws Exception {
                    super.serial();
                    quickDone.countDown();
                }
            };
            while (!quick.submit(job).accepted()) {
                Thread.onSpinWait();
            }
        }
        assertThat(quickDone.await(20, TimeUnit.SECONDS)).as("the other shell goes on").isTrue();
        while (ran.get() < 63) {
            Thread.onSpinWait();
        }
        assertThat(slow.inFlight()).isEqualTo(64);
        assertThat(checker.seen()).as("nothing overtakes").isZero();
        release.countDown();
        PadataStats stats = ShellChecker.closeAndCheck(padata, slow, quick);
        checker.assertSaw(64);
        other.assertSaw(1000);
        assertThat(stats.deepestReordering()).isGreaterThan(32);
        assertThat(stats.parallelJobs().stream().mapToLong(Long::longValue).sum()).isEqualTo(1064);
    }

    /** H10: the callback's surroundings are the same whether a worker or the submitter runs it. */
    @Test
    void h10_inlineRunsShouldHaveTheSameSurroundings() {
        Padata padata = Padata.open(PadataOptions.defaults().named("same").parallelWorkers(1).ringCapacity(4)
                .workerContext(StringBuilder::new));
        Shell shell = padata.newShell();
        AtomicLong withContext = new AtomicLong();
        for (int i = 0; i < 5_000; i++) {
            shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void parallel(Worker worker) throws Exception {
                    super.parallel(worker);
                    worker.context(StringBuilder.class).setLength(0);
                    withContext.incrementAndGet();
                    worker.defer().complete();
                }
            });
        }
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(5_000);
        assertThat(withContext.get()).isEqualTo(5_000);
        assertThat(stats.inlineRuns()).isPositive();
    }
}
