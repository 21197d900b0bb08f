package org.quern.padata;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** A hundred thousand peers, most of them silent: what one costs, and that the others do not hold one up. */
@Timeout(60)
class IdleShellTest {
    private static final int SHELLS = 100_000;

    private static long used() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(20);
            least = Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    @Test
    void anIdleShellShouldCostLessThan512Bytes() throws Exception {
        long before = used();
        Padata padata = Padata.open(PadataOptions.defaults().named("peers").parallelWorkers(2).maxShells(SHELLS));
        Shell[] shells = new Shell[SHELLS];
        for (int i = 0; i < SHELLS; i++) {
            shells[i] = padata.newShell();
        }
        long each = (used() - before) / SHELLS;
        System.out.println(
                "IdleShellTest: " + each + " bytes an idle shell, queues and workers of the instance included");
        assertThat(each).isLessThan(512);
        OrderChecker checker = new OrderChecker();
        for (int i = 0; i < 1000; i++) {
            shells[i * 97 % SHELLS].submit(new NumberedJob(new OrderChecker(), 0));
            shells[SHELLS - 1].submit(new NumberedJob(checker, i));
        }
        assertThat(ShellChecker.closeAndCheck(padata, shells[SHELLS - 1]).serialised()).isEqualTo(2000);
        checker.assertSaw(1000);
    }
}
