package org.quern.padata;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** 100,000 keys at once: what a key costs while it has a job, and that it costs nothing when it has none. */
@Timeout(120)
class ManyKeysTest {
    private static final int KEYS = 100_000;

    /** The least of a few collections, since others may be allocating. */
    private static long used() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(20);
            least = Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    private static final class Gated extends KeyedJob {
        final CountDownLatch gate;
        boolean delivered; // plain: read after the close

        Gated(CountDownLatch gate) {
            this.gate = gate;
        }

        @Override
        protected void parallel(Worker worker) throws Exception {
            gate.await();
        }

        @Override
        protected void serial() {
            delivered = true;
        }
    }

    @Test
    void aKeyShouldCostLittleWhileItHasAJobAndNothingWhenItHasNone() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Integer[] keys = new Integer[KEYS];
        Gated[] jobs = new Gated[KEYS];
        for (int i = 0; i < KEYS; i++) {
            keys[i] = i;
            jobs[i] = new Gated(gate);
        }
        Padata padata = Padata.open(PadataOptions.defaults().named("keys").parallelWorkers(2));
        KeyedShell<Integer> shell = padata.newKeyedShell(KeyedShellOptions.defaults().jobsWaiting(1 << 17));
        long before = used(); // keys, jobs and the work ring are there
        for (int i = 0; i < KEYS; i++) {
            assertThat(shell.submit(keys[i], jobs[i])).isEqualTo(SubmitResult.ACCEPTED);
        }
        assertThat(shell.keys()).isEqualTo(KEYS);
        long each = (used() - before) / KEYS;
        gate.countDown();
        assertThat(shell.close(CloseMode.DRAIN, Duration.ofSeconds(60)).drained()).isTrue();
        assertThat(shell.keys()).isZero();
        for (Gated job : jobs) {
            assertThat(job.delivered).isTrue();
        }
        ShellChecker.closeAndCheck(padata);
        System.out.println("ManyKeysTest: " + each + " bytes for a key with a job, the job itself not counted");
        assertThat(each).isLessThan(160);
    }
}
