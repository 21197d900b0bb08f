package org.quern.padata;

import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Section 1.4 and 4.1 of the contract: the flags, what changes them, and what a submission gets in each state. */
@Timeout(30)
class StatesTest {
    private final OrderChecker checker = new OrderChecker();
    private int submitted;

    private Submission submit(Shell shell, int cpu) {
        Submission outcome = shell.submit(new NumberedJob(checker, submitted), cpu);
        submitted += outcome.accepted() ? 1 : 0;
        return outcome;
    }

    @Test
    void j1_flagsAndOutcomesShouldFollowTheTable() {
        SimulatedCpus cpus = new SimulatedCpus(CpuMask.of(0, 1, 2, 3));
        Padata padata = Padata.open(PadataOptions.defaults().named("states").cpuSource(cpus)
                .parallelCpus(CpuMask.of(0, 1)).serialCpus(CpuMask.of(2, 3)));
        Shell shell = padata.newShell();
        Shell inline = padata.newShell(ShellOptions.defaults().withSerialMode(SerialMode.INLINE));
        assertThat(padata.flags()).containsExactly(InstanceFlag.INIT);
        assertThat(padata.state()).isEqualTo(State.RUNNING);
        assertThat(submit(shell, 3)).isEqualTo(new Submission(SubmitResult.ACCEPTED, 3));

        padata.pause();
        padata.pause();
        assertThat(padata.flags()).isEmpty();
        assertThat(shell.state()).isEqualTo(padata.state()).isEqualTo(State.PAUSED);
        assertThat(submit(shell, 3).result()).isEqualTo(SubmitResult.STOPPED);
        assertThat(padata.newShell().submit(new NumberedJob(checker, 9)).result()).isEqualTo(SubmitResult.STOPPED);
        padata.setMask(MaskKind.PARALLEL, CpuMask.of(0));
        assertThat(padata.state()).as("a mask does not end a pause").isEqualTo(State.PAUSED);
        assertThat(padata.resume()).isTrue();
        assertThat(submit(shell, 2).accepted()).isTrue();

        padata.setMask(MaskKind.SERIAL, CpuMask.of());
        assertThat(padata.flags()).containsExactly(InstanceFlag.INVALID);
        assertThat(shell.state()).isEqualTo(State.INVALID);
        assertThat(padata.userMask(MaskKind.SERIAL)).as("stored although invalid").isEqualTo(CpuMask.of());
        assertThat(submit(shell, 2).result()).isEqualTo(SubmitResult.NO_SERIAL_CPU);
        assertThat(inline.submit(new NumberedJob(checker, 9)).result()).isEqualTo(SubmitResult.STOPPED);
        assertThat(padata.resume()).as("start of an invalid instance").isFalse();
        assertThat(padata.flags()).containsExactly(InstanceFlag.INVALID);

        padata.setMask(MaskKind.SERIAL, CpuMask.of(1));
        assertThat(padata.flags()).containsExactly(InstanceFlag.INIT);
        assertThat(submit(shell, 1)).isEqualTo(new Submission(SubmitResult.ACCEPTED, 1));
        ShellChecker.closeAndCheck(padata, shell);
        assertThat(submit(shell, 1).result()).isEqualTo(SubmitResult.STOPPED);
        assertThat(padata.resume()).isFalse();
        checker.assertSaw(submitted);
    }

    /** Rows 2c and 3: while epochs are replaced the outcome is BUSY, with the callback CPU that would have been used. */
    @Test
    void replacementShouldAnswerBusyWithTheLaneWrittenBack() {
        AtomicReference<Shell> shell = new AtomicReference<>();
        AtomicReference<Submission> during = new AtomicReference<>();
        AtomicReference<Set<InstanceFlag>> flags = new AtomicReference<>();
        Padata[] padata = new Padata[1];
        SimulatedCpus cpus = new SimulatedCpus(CpuMask.of(0, 1, 2, 5));
        padata[0] = Padata.open(PadataOptions.defaults().named("busy").cpuSource(cpus).parallelWorkers(1)
                .serialCpus(CpuMask.of(1, 5)));
        padata[0].instance().masks().whileReplacing(() -> {
            during.set(shell.get().submit(new NumberedJob(checker, 0), 7)); // 7 mod 2: the second CPU of the mask
            flags.set(padata[0].flags());
        });
        shell.set(padata[0].newShell(ShellOptions.defaults().retryWhenBusy(false)));
        assertThat(submit(shell.get(), 0).accepted()).isTrue();
        padata[0].setMask(MaskKind.SERIAL, CpuMask.of(2));
        assertThat(during.get()).isEqualTo(new Submission(SubmitResult.BUSY, 5));
        assertThat(flags.get()).containsExactly(InstanceFlag.INIT, InstanceFlag.RESET);
        assertThat(submit(shell.get(), 7)).isEqualTo(new Submission(SubmitResult.ACCEPTED, 2));
        ShellChecker.closeAndCheck(padata[0], shell.get());
        checker.assertSaw(2);
    }

    /** With retry, another thread waits while masks are replaced, and gets in afterwards. */
    @Test
    void h17_retryShouldWaitForTheReplacementToEnd() throws Exception {
        CountDownLatch replacing = new CountDownLatch(1);
        AtomicReference<Thread> submitter = new AtomicReference<>();
        SimulatedCpus cpus = new SimulatedCpus(CpuMask.of(0, 1));
        Padata padata = Padata.open(PadataOptions.defaults().named("retry").cpuSource(cpus).parallelWorkers(1)
                .serialCpus(CpuMask.of(0)));
        Shell shell = padata.newShell();
        AtomicReference<Submission> outcome = new AtomicReference<>();
        submitter.set(Thread.ofPlatform().unstarted(() -> outcome.set(submit(shell, 0))));
        padata.instance().masks().whileReplacing(() -> {
            submitter.get().start();
            while (submitter.get().getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            replacing.countDown();
        });
        padata.setMask(MaskKind.SERIAL, CpuMask.of(1));
        replacing.await();
        submitter.get().join();
        assertThat(outcome.get()).isEqualTo(new Submission(SubmitResult.ACCEPTED, 1));
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(1);
    }

    @Test
    void pauseShouldLetAcceptedJobsGoOnAndNotWaitForThem() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("going").parallelWorkers(1));
        Shell shell = padata.newShell();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        shell.submit(new NumberedJob(checker, 0) {
            @Override
            protected void parallel(Worker worker) throws Exception {
                super.parallel(worker);
                entered.countDown();
                release.await();
            }
        });
        entered.await();
        shell.submit(new NumberedJob(checker, 1));
        padata.pause();
        assertThat(shell.inFlight()).isEqualTo(2);
        release.countDown();
        while (shell.inFlight() > 0) {
            Thread.sleep(1);
        }
        assertThat(padata.state()).isEqualTo(State.PAUSED);
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(2);
    }

    /** A submitter that waits for room is told when the instance stops. */
    @Test
    void pauseShouldEndTheWaitOfBlockedSubmitters() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("blocked").parallelWorkers(1).ringCapacity(2)
                .whenFull(Backpressure.BLOCK));
        Shell shell = padata.newShell();
        AtomicReference<Completion> token = new AtomicReference<>();
        shell.submit(new NumberedJob(checker, 0) {
            @Override
            protected void parallel(Worker worker) throws Exception {
                super.parallel(worker);
                token.set(worker.defer());
            }
        });
        shell.submit(new NumberedJob(checker, 1));
        AtomicReference<SubmitResult> result = new AtomicReference<>();
        Thread submitter = Thread.ofPlatform()
                .start(() -> result.set(shell.submit(new NumberedJob(checker, 2)).result()));
        while (submitter.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        padata.pause();
        submitter.join();
        assertThat(result.get()).isEqualTo(SubmitResult.STOPPED);
        while (token.get() == null) {
            Thread.onSpinWait();
        }
        token.get().complete();
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(2);
    }

    @Test
    void stateMayBeChangedFromCallbacks() throws Exception {
        SimulatedCpus cpus = new SimulatedCpus(CpuMask.of(0, 1, 2));
        Padata padata = Padata.open(PadataOptions.defaults().named("inside").cpuSource(cpus).serialCpus(CpuMask.of(0)));
        Shell shell = padata.newShell();
        CountDownLatch done = new CountDownLatch(20);
        for (int i = 0; i < 20; i++) {
            int nth = i;
            Submission outcome;
            do { // a callback may just have paused the instance
                outcome = shell.submit(new NumberedJob(checker, i) {
                    @Override
                    protected void parallel(Worker worker) throws Exception {
                        super.parallel(worker);
                        padata.pause();
                        padata.setMask(MaskKind.PARALLEL, CpuMask.of(nth % 3));
                        padata.resume();
                    }

                    @Override
                    protected void serial() throws Exception {
                        super.serial();
                        padata.setMask(MaskKind.SERIAL, CpuMask.of(nth % 3, (nth + 1) % 3));
                        done.countDown();
                    }
                });
            } while (!outcome.accepted());
        }
        done.await();
        padata.resume();
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(20);
    }

    @Test
    void wrongMasksShouldBeNamed() {
        SimulatedCpus cpus = new SimulatedCpus(CpuMask.of(0, 2));
        try (Padata padata = Padata.open(PadataOptions.defaults().named("wrong").cpuSource(cpus))) {
            assertThatThrownBy(() -> padata.setMask(MaskKind.PARALLEL, CpuMask.of(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("parallel_cpumask=[1]: must be among the possible CPUs, [0, 2]");
            assertThatThrownBy(() -> padata.setMask(MaskKind.SERIAL, CpuMask.of(0)))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("without serialCpus");
            assertThatThrownBy(() -> padata.setMaskText(MaskKind.PARALLEL, "g"))
                    .isInstanceOf(CpuMaskFormatException.class);
            assertThatThrownBy(() -> padata.setMaskText(MaskKind.PARALLEL, "8"))
                    .isInstanceOf(CpuMaskFormatException.class).hasMessageContaining("EOVERFLOW");
            assertThat(padata.maskText(MaskKind.PARALLEL)).isEqualTo("5\n");
            padata.setMaskText(MaskKind.PARALLEL, "4\n");
            assertThat(padata.userMask(MaskKind.PARALLEL)).isEqualTo(CpuMask.of(2));
            padata.setMaskText(MaskKind.PARALLEL, "");
            assertThat(padata.state()).as("an empty write stops the instance").isEqualTo(State.INVALID);
            assertThat(MaskKind.SERIAL.number()).isEqualTo(1);
            assertThat(MaskKind.PARALLEL.number()).isEqualTo(2);
        }
    }
}
