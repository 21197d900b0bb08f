package org.quern.padata;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Intrusive jobs cost no heap: bytes allocated by all live threads over a million submissions after warm-up. */
@Timeout(60)
class AllocationTest {
    private static final int JOBS = 1_000_000;
    private static final int LENDINGS = 1000;
    private static final int FULL_RING_JOBS = 100_000;

    private static com.sun.management.ThreadMXBean threads() {
        return (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    }

    private static long allocated() {
        com.sun.management.ThreadMXBean threads = threads();
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    @ParameterizedTest(name = "workers={0} serialWorkers={1}")
    @CsvSource({"1,false", "2,false", "2,true"})
    void jobsShouldAllocateNothing(int workers, boolean serialWorkers) throws Exception {
        PadataOptions options = PadataOptions.defaults().named("heap").parallelWorkers(workers)
                .assumingCpus(CpuMask.of(0, 1));
        Padata padata = Padata.open(serialWorkers ? options.serialCpus(CpuMask.of(0, 1)) : options);
        Shell shell = padata.newShell();
        OrderChecker checker = new OrderChecker();
        NumberedJob[] jobs = new NumberedJob[2 * shell.capacity()];
        for (int i = 0; i < jobs.length; i++) {
            jobs[i] = new NumberedJob(checker, i);
        }
        long number = 0;
        number = submit(shell, jobs, number, JOBS / 2);
        long perJobMillis = Long.MAX_VALUE;
        for (int round = 0; round < 3 && perJobMillis > 0; round++) {
            long before = allocated();
            number = submit(shell, jobs, number, JOBS);
            perJobMillis = Math.min(perJobMillis, (allocated() - before) * 1000 / JOBS);
        }
        // Nothing, that is: below a twentieth of a byte a job, since other threads of the virtual machine live too.
        assertThat(perJobMillis).as("bytes per thousand jobs").isLessThan(50);
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(number);
    }

    /** A full ring is no exception: submitters that help, or wait and are woken, over and over. */
    @ParameterizedTest(name = "{0}, submitters={1}")
    @CsvSource({"BLOCK,1", "BLOCK,3", "CALLER_RUNS,1", "CALLER_RUNS,3"})
    void aFullRingShouldAllocateNothing(Backpressure policy, int submitters) throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("full").parallelWorkers(1).ringCapacity(8)
                .whenFull(policy));
        Shell shell = padata.newShell();
        CyclicBarrier together = new CyclicBarrier(submitters);
        long perJobMillis;
        try (ExecutorService threads = Executors.newFixedThreadPool(submitters)) {
            List<CompletableFuture<Long>> costs = new ArrayList<>();
            for (int i = 0; i < submitters; i++) {
                costs.add(CompletableFuture.supplyAsync(() -> leastOfThreeRounds(shell, together), threads));
            }
            perJobMillis = costs.stream().mapToLong(CompletableFuture::join).max().orElseThrow();
        }
        assertThat(perJobMillis).as("bytes a submitter allocates per thousand jobs").isLessThan(50);
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        assertThat(stats.inlineRuns() > 0).as("the ring was full").isEqualTo(policy == Backpressure.CALLER_RUNS);
    }

    /** Jobs that stand in their slots, with a ring that is full all the time. */
    @Test
    void slotsShouldAllocateNothing() {
        Padata padata = Padata.open(PadataOptions.defaults().named("slots").parallelWorkers(1).ringCapacity(8));
        OrderChecker checker = new OrderChecker();
        SlotShell<NumberedJob> slots = padata.newSlotShell(ShellOptions.defaults(), () -> new NumberedJob(checker, 0));
        long number = 0;
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 4; round++) {
            long before = threads().getCurrentThreadAllocatedBytes();
            for (int i = 0; i < FULL_RING_JOBS; i++) {
                slots.claim().number = number++;
                slots.publish();
            }
            least = Math.min(least, threads().getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least * 1000 / FULL_RING_JOBS).as("bytes per thousand jobs").isLessThan(50);
        ShellChecker.closeAndCheck(padata, slots.shell());
        checker.assertSaw(number);
    }

    /** Helpers beyond the one that a shell keeps, and the look whether a submitter is inside a callback. */
    @Test
    void helpersShouldBeLentWithoutAllocation() {
        Padata padata = Padata.open(PadataOptions.defaults().named("lent").parallelWorkers(1));
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 4; round++) {
            long before = threads().getCurrentThreadAllocatedBytes();
            for (int i = 0; i < LENDINGS; i++) {
                Worker one = padata.instance().borrowHelper();
                Worker other = padata.instance().borrowHelper();
                if (one.equals(other) || padata.instance().callbackDepth() != 0) {
                    throw new IllegalStateException("lent twice");
                }
                padata.instance().returnHelper(one);
                padata.instance().returnHelper(other);
            }
            least = Math.min(least, threads().getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes for %d lendings", LENDINGS).isLessThan(LENDINGS);
        ShellChecker.closeAndCheck(padata);
    }

    /** By the calling thread's own account; a first round warms up. */
    private static long leastOfThreeRounds(Shell shell, CyclicBarrier together) {
        Job[] jobs = new Job[2 * shell.capacity()];
        for (int i = 0; i < jobs.length; i++) {
            jobs[i] = new NumberedJob(new OrderChecker(), 0) {
                @Override
                protected void serial() {}
            };
        }
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 4; round++) {
            try {
                together.await();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            long before = threads().getCurrentThreadAllocatedBytes();
            for (int i = 0; i < FULL_RING_JOBS; i++) {
                if (!shell.submit(jobs[i % jobs.length]).accepted()) {
                    throw new IllegalStateException("refused");
                }
            }
            long cost = (threads().getCurrentThreadAllocatedBytes() - before) * 1000 / FULL_RING_JOBS;
            least = round == 0 ? least : Math.min(least, cost);
        }
        return least;
    }

    private static long submit(Shell shell, NumberedJob[] jobs, long first, int count) throws InterruptedException {
        for (long number = first; number < first + count; number++) {
            NumberedJob job = jobs[(int) (number % jobs.length)];
            job.number = number;
            if (!shell.submit(job).accepted()) {
                throw new IllegalStateException("refused");
            }
        }
        while (shell.inFlight() > 0) {
            Thread.sleep(Duration.ofMillis(1));
        }
        return first + count;
    }
}
