package org.quern.padata;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Many jobs of random length, some failing, some completed later by other threads: always in order, each once. */
@Timeout(120)
class OrderStressTest {
    /** A job that is used again and again, as a pool of packets would be. */
    private static final class RandomJob extends NumberedJob {
        private final Completers completers;
        int spins;
        boolean fails;
        boolean defers;

        RandomJob(OrderChecker checker, Completers completers) {
            super(checker, 0);
            this.completers = completers;
        }

        @Override
        protected void parallel(Worker worker) throws Exception {
            for (int i = 0; i < spins; i++) {
                Thread.onSpinWait();
            }
            super.parallel(worker);
            if (defers) {
                completers.add(worker.defer(), fails);
            } else if (fails) {
                throw new IllegalStateException("wanted");
            }
        }
    }

    @ParameterizedTest(name = "workers={0} ring={1} serial={2} first={3} jobs={4} seed={5}")
    @CsvSource({"1,1024,false,0,2000000,1", "2,1024,false,0,1000000,2", "3,64,false,4294967290,500000,3",
            "4,16,false,9223372036854775800,300000,4", "8,2,false,-5,100000,5", "1,2,false,0,100000,6",
            "2,1024,true,0,700000,7", "4,8,true,9223372036854775806,200000,8", "8,1024,true,0,200000,9"})
    void everyJobOnceAndInOrder(int workers, int ring, boolean serialWorkers, long first, int jobs, long seed) {
        System.out.println("OrderStressTest seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        PadataOptions options = PadataOptions.defaults().named("stress").parallelWorkers(workers).ringCapacity(ring)
                .assumingCpus(CpuMask.of(0, 1, 3)).firstSequence(first);
        Padata padata = Padata.open(serialWorkers ? options.serialCpus(CpuMask.of(0, 1, 3)) : options);
        Shell shell = padata.newShell();
        OrderChecker checker = new OrderChecker();
        long failures = 0;
        try (Completers completers = new Completers(2, seed)) {
            List<RandomJob> pool = new ArrayList<>();
            for (int i = 0; i < 2 * ring + 2; i++) {
                pool.add(new RandomJob(checker, completers));
            }
            for (int i = 0; i < jobs; i++) {
                RandomJob job = pool.get(i % pool.size());
                int dice = random.nextInt(1000);
                job.number = i;
                job.spins = dice < 950 ? 0 : random.nextInt(100);
                job.fails = random.nextInt(1000) < 3;
                job.defers = random.nextInt(1000) < 30;
                failures += job.fails ? 1 : 0;
                assertThat(shell.submit(job, random.nextInt(-3, 6)).accepted()).isTrue();
            }
            assertThat(shell.close(java.time.Duration.ofSeconds(60)).drained()).isTrue();
        }
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(jobs);
        checker.assertSawFailures(failures);
        assertThat(stats.serialised()).isEqualTo(jobs);
        assertThat(stats.failed()).isEqualTo(failures);
        assertThat(stats.callbacksThrew()).isZero();
    }
}
