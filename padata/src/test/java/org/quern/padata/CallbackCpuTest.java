package org.quern.padata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Which serial worker a job goes to: section 4.1 of the contract, rows 2a to 2c, and H23. */
@Timeout(20)
class CallbackCpuTest {
    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3", "80000001", "a5", "1,00000001", "80000000,00000000"})
    void h23_shouldChooseTheCpuItselfOrTheModulusOverTheMask(String text) {
        CpuMask mask = CpuMask.parse(text, 64);
        Lanes lanes = new Lanes(mask);
        int[] cpus = mask.toArray();
        for (int cpu = -130; cpu <= 130; cpu++) {
            int expected = mask.contains(cpu) ? cpu : cpus[Math.floorMod(cpu, cpus.length)];
            assertThat(lanes.cpu(lanes.laneOf(cpu))).as("callback cpu %d in %s", cpu, mask).isEqualTo(expected);
        }
        for (int cpu : new int[]{Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MIN_VALUE + 1, 1 << 16, -1 << 16}) {
            assertThat(lanes.cpu(lanes.laneOf(cpu))).isEqualTo(cpus[Math.floorMod(cpu, cpus.length)]);
        }
    }

    @Test
    void h23_shouldRunOnTheChosenWorkerAndSayWhich() {
        int[] cpus = {1, 5, 8};
        Padata padata = Padata.open(PadataOptions.defaults().named("cbcpu").parallelWorkers(2)
                .assumingCpus(CpuMask.of(0, 1, 5, 8)).serialCpus(CpuMask.of(cpus)));
        Shell shell = padata.newShell(ShellOptions.defaults().withCapacity(64));
        List<String> ran = Collections.synchronizedList(new ArrayList<>());
        List<String> expected = new ArrayList<>();
        for (int cpu = -20; cpu < 20; cpu++) {
            Submission outcome = shell.submit(new Job() {
                @Override
                protected void parallel(Worker worker) {}

                @Override
                protected void serial() {
                    ran.add(Thread.currentThread().getName());
                }
            }, cpu);
            assertThat(outcome.accepted()).isTrue();
            int chosen = cpu == 1 || cpu == 5 || cpu == 8 ? cpu : cpus[Math.floorMod(cpu, 3)];
            assertThat(outcome.callbackCpu()).isEqualTo(chosen);
            expected.add("cbcpu-serial-cpu" + chosen);
        }
        ShellChecker.closeAndCheck(padata, shell);
        assertThat(ran).as("in submission order, each on its worker").isEqualTo(expected);
    }

    @Test
    void shouldSpreadShellsAndHonourTheirDefault() {
        Padata padata = Padata.open(PadataOptions.defaults().named("spread").assumingCpus(CpuMask.of(0, 1, 2))
                .serialCpus(CpuMask.of(0, 2)));
        Shell first = padata.newShell();
        Shell second = padata.newShell();
        Shell fixed = padata.newShell(ShellOptions.defaults().withCallbackCpu(2));
        Shell inline = padata.newShell(ShellOptions.defaults().withSerialMode(SerialMode.INLINE).withCallbackCpu(2));
        OrderChecker checker = new OrderChecker();
        assertThat(first.submit(new NumberedJob(checker, 0)).callbackCpu()).isEqualTo(0);
        assertThat(second.submit(new NumberedJob(new OrderChecker(), 0)).callbackCpu()).isEqualTo(2);
        assertThat(fixed.submit(new NumberedJob(new OrderChecker(), 0)).callbackCpu()).isEqualTo(2);
        assertThat(inline.submit(new NumberedJob(new OrderChecker(), 0)).callbackCpu()).isEqualTo(Submission.INLINE);
        ShellChecker.closeAndCheck(padata, first, second, fixed, inline);
        checker.assertSaw(1);
    }
}
