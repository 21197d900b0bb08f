package org.quern.padata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Masks that change while jobs are in flight: section 2 of the contract, J5, J8, and the hazards of replacement. */
@Timeout(60)
class MaskChangeTest {
    private static final CpuMask POSSIBLE = CpuMask.of(0, 1, 2, 3, 4);
    private final OrderChecker checker = new OrderChecker();
    private final SimulatedCpus cpus = new SimulatedCpus(POSSIBLE);

    private Padata open(String name) {
        return Padata.open(PadataOptions.defaults().named(name).cpuSource(cpus).parallelCpus(CpuMask.of(0, 1))
                .serialCpus(CpuMask.of(0, 1)));
    }

    /** Jobs of the old epoch are serialised first, on their own CPU, though that left the mask before they completed. */
    @Test
    void j5_h14_oldEpochShouldDrainOnItsLaneBeforeTheNewOne() throws Exception {
        Padata padata = open("epochs");
        Shell shell = padata.newShell();
        List<Completion> tokens = Collections.synchronizedList(new ArrayList<>());
        List<String> ranOn = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch wasDeferred = new CountDownLatch(1);
        CountDownLatch newOnesRan = new CountDownLatch(3);
        for (int i = 0; i < 6; i++) {
            int number = i;
            assertThat(shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void parallel(Worker worker) throws Exception {
                    super.parallel(worker);
                    if (number == 0) {
                        tokens.add(worker.defer());
                        wasDeferred.countDown();
                    } else if (number >= 3) {
                        newOnesRan.countDown();
                    }
                }

                @Override
                protected void serial() throws Exception {
                    super.serial();
                    ranOn.add(Thread.currentThread().getName());
                }
            }, 1).callbackCpu()).isEqualTo(i < 3 ? 1 : 4);
            if (i == 2) {
                wasDeferred.await();
                padata.setMask(MaskKind.SERIAL, CpuMask.of(4));
                assertThat(padata.stats().epochs()).isEqualTo(2);
            }
        }
        assertThat(newOnesRan.await(10, TimeUnit.SECONDS)).as("parallel phases do not wait").isTrue();
        assertThat(checker.seen()).as("serial phases do").isZero();
        tokens.get(0).complete();
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(6);
        assertThat(ranOn).containsExactly("epochs-serial-cpu1", "epochs-serial-cpu1", "epochs-serial-cpu1",
                "epochs-serial-cpu4", "epochs-serial-cpu4", "epochs-serial-cpu4");
    }

    @Test
    void h13_epochsAndTheirWorkersShouldGoWhenQuiet() throws Exception {
        Padata padata = open("quiet");
        Shell shell = padata.newShell();
        int number = 0;
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 20; i++) {
                shell.submit(new NumberedJob(checker, number++), i);
            }
            padata.setMask(MaskKind.SERIAL, CpuMask.of(round % 5));
            padata.setMask(MaskKind.PARALLEL, CpuMask.of(round % 5, (round + 1) % 5, (round + 3) % 5));
        }
        while (shell.inFlight() > 0) {
            Thread.sleep(1);
        }
        while (padata.stats().epochs() > 1) {
            Thread.sleep(1); // the last worker may still be inside its last callback
        }
        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith("quiet-serial")).toList()).hasSizeLessThanOrEqualTo(2);
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(number);
    }

    @Test
    void h16_changingMasksWithoutShellsShouldWork() {
        Padata padata = open("none");
        for (int i = 0; i < 20; i++) {
            padata.setMask(MaskKind.PARALLEL, CpuMask.of(i % 5));
            padata.setMask(MaskKind.SERIAL, CpuMask.of((i + 1) % 5));
        }
        assertThat(padata.state()).isEqualTo(State.RUNNING);
        assertThat(padata.stats().epochs()).isEqualTo(1);
        ShellChecker.closeAndCheck(padata);
    }

    /** H17 and H6 at once: submitters, mask changes, hotplug and text writes; every accepted job once, in order. */
    @Test
    void h6_h17_j5_changesInALoopShouldLoseAndReorderNothing() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("loop").cpuSource(cpus).parallelCpus(POSSIBLE)
                .serialCpus(POSSIBLE).ringCapacity(64));
        Shell busy = padata.newShell(ShellOptions.defaults().retryWhenBusy(false));
        Shell patient = padata.newShell(ShellOptions.defaults().singleProducer(true));
        OrderChecker other = new OrderChecker();
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> changers = new ArrayList<>();
        changers.add(change(stop, random -> padata.setMask(MaskKind.PARALLEL, someCpus(random))));
        changers.add(change(stop, random -> padata.setMaskText(MaskKind.SERIAL, someCpus(random).format(5))));
        changers.add(change(stop, random -> {
            int cpu = random.nextInt(5);
            cpus.takeOffline(cpu);
            Thread.onSpinWait();
            cpus.bringOnline(cpu);
        }));
        changers.add(change(stop, random -> {
            padata.pause();
            padata.resume();
        }));
        int jobs = 10_000;
        Thread second = Thread.ofPlatform().start(() -> submitAll(patient, other, jobs));
        submitAll(busy, checker, jobs);
        second.join();
        stop.set(true);
        for (Thread changer : changers) {
            changer.join();
        }
        ShellChecker.closeAndCheck(padata, busy, patient);
        checker.assertSaw(jobs);
        other.assertSaw(jobs);
    }

    private static void submitAll(Shell shell, OrderChecker checker, int jobs) {
        for (int i = 0; i < jobs; i++) {
            NumberedJob job = new NumberedJob(checker, i);
            while (!shell.submit(job, i).accepted()) {
                Thread.onSpinWait(); // BUSY, paused, or no CPU at the moment: not taken
            }
        }
    }

    private static CpuMask someCpus(SplittableRandom random) {
        java.util.BitSet bits = new java.util.BitSet();
        bits.set(random.nextInt(5));
        bits.set(random.nextInt(5));
        return CpuMask.of(bits);
    }

    private interface Change {
        void make(SplittableRandom random);
    }

    private static Thread change(AtomicBoolean stop, Change change) {
        SplittableRandom random = new SplittableRandom(1);
        return Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                change.make(random);
                LockSupport.parkNanos(200_000);
            }
        });
    }

    /** Table 2.4, and user against usable masks. */
    @Test
    void j8_hotplugShouldFollowTheTable() {
        cpus.takeOffline(1);
        Padata padata = open("plug");
        Shell shell = padata.newShell();
        assertThat(padata.userMask(MaskKind.SERIAL)).as("offline CPUs stay in the user's mask")
                .isEqualTo(CpuMask.of(0, 1));
        assertThat(padata.usableMask(MaskKind.SERIAL)).isEqualTo(CpuMask.of(0));
        assertThat(padata.maskText(MaskKind.SERIAL)).as("never the usable one").isEqualTo("03\n");
        assertThat(shell.submit(new NumberedJob(checker, 0), 1).callbackCpu()).isEqualTo(0);
        long before = padata.instance().epoch().number();
        cpus.takeOffline(3);
        cpus.bringOnline(3);
        assertThat(padata.instance().epoch().number()).as("in neither mask: ignored").isEqualTo(before);
        cpus.bringOnline(1);
        assertThat(padata.usableMask(MaskKind.SERIAL)).isEqualTo(CpuMask.of(0, 1));
        assertThat(shell.submit(new NumberedJob(checker, 1), 1).callbackCpu()).isEqualTo(1);
        cpus.takeOffline(0);
        assertThat(shell.submit(new NumberedJob(checker, 2), 0).callbackCpu()).isEqualTo(1);
        cpus.takeOffline(1);
        assertThat(padata.state()).as("the last CPU went").isEqualTo(State.INVALID);
        assertThat(shell.submit(new NumberedJob(checker, 3)).result()).isEqualTo(SubmitResult.NO_SERIAL_CPU);
        cpus.bringOnline(0);
        assertThat(padata.state()).as("recovery by hotplug").isEqualTo(State.RUNNING);
        assertThat(shell.submit(new NumberedJob(checker, 3), 0).callbackCpu()).isEqualTo(0);
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(4);
        cpus.takeOffline(0); // a closed instance hears nothing: H20
    }

    @Test
    void h19_failureWhileACpuGoesShouldKeepItOnline() {
        AtomicBoolean fail = new AtomicBoolean();
        Padata padata = Padata.open(PadataOptions.defaults().named("fail").cpuSource(cpus).serialCpus(CpuMask.of(0, 1))
                .beforeReplacement(() -> {
                    if (fail.get()) {
                        throw new IllegalStateException("no memory");
                    }
                }));
        Shell shell = padata.newShell();
        fail.set(true);
        assertThatThrownBy(() -> cpus.takeOffline(1)).hasMessage("no memory");
        assertThat(cpus.online()).isEqualTo(POSSIBLE);
        assertThat(padata.usableMask(MaskKind.SERIAL)).isEqualTo(CpuMask.of(0, 1));
        assertThat(padata.state()).isEqualTo(State.RUNNING);
        assertThat(shell.submit(new NumberedJob(checker, 0), 1).callbackCpu()).as("lanes as before").isEqualTo(1);
        assertThatThrownBy(() -> padata.setMask(MaskKind.SERIAL, CpuMask.of(0))).hasMessage("no memory");
        assertThat(padata.userMask(MaskKind.SERIAL)).as("stored, as in the original").isEqualTo(CpuMask.of(0));
        assertThat(shell.submit(new NumberedJob(checker, 1), 1).callbackCpu()).isEqualTo(1);
        fail.set(false);
        cpus.takeOffline(1);
        assertThat(shell.submit(new NumberedJob(checker, 2), 1).callbackCpu()).isZero();
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(3);
    }

    /** The number of workers follows the mask, back and forth, and jobs run under it. */
    @Test
    void workersShouldFollowTheParallelMask() throws Exception {
        Padata padata = open("follow");
        Shell shell = padata.newShell(ShellOptions.defaults().withBackpressure(Backpressure.BLOCK));
        int number = 0;
        for (int round = 0; round < 30; round++) {
            CpuMask mask = round % 3 == 0 ? POSSIBLE : CpuMask.of(round % 5);
            padata.setMask(MaskKind.PARALLEL, mask);
            for (int i = 0; i < 200; i++) {
                shell.submit(new NumberedJob(checker, number++));
            }
            assertThat(padata.stats().parallelCpus()).hasSize(mask.size());
        }
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(number);
        assertThat(stats.parallelJobs().stream().mapToLong(Long::longValue).sum()).isEqualTo(number);
        assertThat(stats.parallelJobs()).hasSize(5);
    }

    @Test
    void systemCpusShouldTellWhatChanged() throws Exception {
        java.util.concurrent.atomic.AtomicReference<CpuMask> system = new java.util.concurrent.atomic.AtomicReference<>(
                CpuMask.of(0, 1));
        SystemCpus source = new SystemCpus(java.time.Duration.ofMillis(1), system::get);
        List<String> events = Collections.synchronizedList(new ArrayList<>());
        CpuSource.Listener listener = new CpuSource.Listener() {
            @Override
            public void cameOnline(int cpu) {
                events.add("+" + cpu);
            }

            @Override
            public void goingOffline(int cpu) {
                events.add("-" + cpu);
                throw new IllegalStateException("logged");
            }
        };
        CpuSource.Registration registration = source.listen(listener);
        system.set(CpuMask.of(1, 2));
        while (events.size() < 2) {
            Thread.sleep(1);
        }
        assertThat(events).as("first those that come").containsExactly("+2", "-0");
        assertThat(source.online()).isEqualTo(CpuMask.of(1, 2));
        registration.close();
        registration.close();
        system.set(CpuMask.of(0));
        Thread.sleep(20);
        assertThat(events).hasSize(2);
        assertThat(CpuSource.system(java.time.Duration.ofMillis(5)).possible().containsAll(CpuMask.available()))
                .isTrue();
        assertThatThrownBy(() -> CpuSource.system(java.time.Duration.ZERO))
                .hasMessage("interval=PT0S: must be 1 ms or more");
    }

    /** Masks that flap leave neither threads nor records behind, and a closed instance starts nothing. */
    @Test
    void flappingMasksShouldLeaveNothing() throws Exception {
        Padata padata = open("flap");
        Shell shell = padata.newShell();
        for (int i = 0; i < 300; i++) {
            padata.setMask(MaskKind.SERIAL, CpuMask.of(i % 5));
            padata.setMask(MaskKind.PARALLEL, i % 2 == 0 ? POSSIBLE : CpuMask.of(0));
            shell.submit(new NumberedJob(checker, i), i);
        }
        while (shell.inFlight() > 0) {
            Thread.sleep(1);
        }
        padata.setMask(MaskKind.SERIAL, CpuMask.of(0));
        padata.setMask(MaskKind.SERIAL, CpuMask.of(1));
        assertThat(padata.instance().workers().actingCount()).isLessThan(5 + 300 / 2);
        ShellChecker.closeAndCheck(padata, shell);
        padata.setMask(MaskKind.PARALLEL, POSSIBLE);
        padata.setMask(MaskKind.SERIAL, POSSIBLE);
        ShellChecker.assertNoThreads(padata);
        checker.assertSaw(300);
    }
}
