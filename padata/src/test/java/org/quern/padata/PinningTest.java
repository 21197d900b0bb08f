package org.quern.padata;

import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quern.kapi.linux.Sched;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Workers run where the mask says, and an instance works on a single CPU. */
@Timeout(20)
class PinningTest {
    @Test
    void pinnedWorkersShouldRunOnTheirCpuOnly() {
        assumeTrue(Sched.availability().isPresent(), "sched_setaffinity is not available here");
        int[] cpus = CpuMask.available().toArray();
        Padata padata = Padata.open(PadataOptions.defaults().named("pinned").pinned(true)
                .parallelCpus(CpuMask.of(cpus[0], cpus[cpus.length - 1])).serialCpus(CpuMask.of(cpus[0])));
        Shell shell = padata.newShell(ShellOptions.defaults().withBackpressure(Backpressure.BLOCK));
        OrderChecker checker = new OrderChecker();
        Set<BitSet> parallelMasks = ConcurrentHashMap.newKeySet();
        Set<BitSet> serialMasks = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 2000; i++) {
            shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void parallel(Worker worker) throws Exception {
                    super.parallel(worker);
                    BitSet mine = Sched.getAffinity(0);
                    parallelMasks.add(mine.get(worker.cpu()) && mine.cardinality() == 1 ? mine : new BitSet());
                }

                @Override
                protected void serial() throws Exception {
                    super.serial();
                    serialMasks.add(Sched.getAffinity(0));
                }
            });
        }
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(2000);
        assertThat(stats.parallelCpus()).containsExactlyElementsOf(
                java.util.stream.IntStream.of(cpus[0], cpus[cpus.length - 1]).distinct().boxed().toList());
        assertThat(parallelMasks).doesNotContain(new BitSet());
        assertThat(serialMasks).containsExactly(CpuMask.of(cpus[0]).toBitSet());
    }

    @Test
    void everythingShouldWorkOnOneCpu() {
        CpuMask one = CpuMask.of(CpuMask.available().toArray()[0]);
        Padata padata = Padata.open(PadataOptions.defaults().named("single").pinned(true).parallelCpus(one)
                .serialCpus(one).parallelWorkers(3).ringCapacity(8));
        Shell lane = padata.newShell();
        Shell inline = padata.newShell(ShellOptions.defaults().withSerialMode(SerialMode.INLINE));
        OrderChecker[] checkers = {new OrderChecker(), new OrderChecker()};
        for (int i = 0; i < 20_000; i++) {
            lane.submit(new NumberedJob(checkers[0], i));
            inline.submit(new NumberedJob(checkers[1], i));
        }
        ShellChecker.closeAndCheck(padata, lane, inline);
        checkers[0].assertSaw(20_000);
        checkers[1].assertSaw(20_000);
    }

    @Test
    void unpinnedWorkersShouldSaySo() {
        Padata padata = Padata.open(PadataOptions.defaults().named("free").parallelWorkers(2));
        assertThat(ShellChecker.closeAndCheck(padata).parallelCpus()).containsExactly(-1, -1);
    }
}
