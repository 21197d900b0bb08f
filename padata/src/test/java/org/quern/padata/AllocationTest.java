package org.quern.padata;

import java.lang.management.ManagementFactory;
import java.time.Duration;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Intrusive jobs cost no heap: bytes allocated by all live threads over a million submissions after warm-up. */
@Timeout(60)
class AllocationTest {
    private static final int JOBS = 1_000_000;

    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
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
        // Waiting on a full ring allocates a node; everything else must be nothing: below a twentieth of a byte a job.
        assertThat(perJobMillis).as("bytes per thousand jobs").isLessThan(50);
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(number);
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
