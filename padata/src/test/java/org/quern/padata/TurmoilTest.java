package org.quern.padata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Everything at once, for as many jobs as wanted: jobs of random length, failures, completions by foreign threads,
 * cancellations, masks that change, CPUs that come and go, pauses; several shells, inline and on callback CPUs, with one
 * and with many submitters' protocols. Each job is serialised exactly once, in order, and nothing stalls: a job that no
 * other event follows must still be delivered, which the rests between rounds would show.
 * <p>
 * {@code -Dquern.operations=N} sets the number of jobs, {@code -Dquern.long=true} means 10^8; {@code -Dquern.seed=S}
 * repeats a run's choices.
 */
class TurmoilTest {
    private static final long JOBS = Long.getLong("quern.operations",
            Boolean.getBoolean("quern.long") ? 100_000_000 : 600_000);
    private static final long SEED = Long.getLong("quern.seed", System.nanoTime());
    private static final int SHELLS = 4;
    private static final int ROUND = 20_000;
    private static final CpuMask POSSIBLE = CpuMask.of(0, 1, 2, 3);
    private static final long STALL_NANOS = 60_000_000_000L;

    private static final class TurmoilJob extends NumberedJob {
        private final Completers completers;
        int spins;
        boolean fails;
        boolean defers;

        TurmoilJob(OrderChecker checker, Completers completers) {
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

    /** One ordered stream and its submitter. */
    private final class Stream {
        final Shell shell;
        final OrderChecker checker = new OrderChecker();
        final SplittableRandom random;
        final TurmoilJob[] pool;
        long next;

        Stream(Shell shell, Completers completers, SplittableRandom random) {
            this.shell = shell;
            this.random = random;
            pool = new TurmoilJob[2 * shell.capacity() + 2];
            for (int i = 0; i < pool.length; i++) {
                pool[i] = new TurmoilJob(checker, completers);
            }
        }

        void submitRound(int jobs) {
            for (int i = 0; i < jobs; i++) {
                TurmoilJob job = pool[(int) (next % pool.length)];
                job.number = next++;
                int dice = random.nextInt(1000);
                job.spins = dice < 950 ? 0 : random.nextInt(200);
                job.fails = random.nextInt(1000) < 3;
                job.defers = random.nextInt(1000) < 20;
                while (!shell.submit(job, random.nextInt(-3, 7)).accepted()) {
                    Thread.onSpinWait(); // paused, busy or invalid at the moment: not taken
                }
                if (random.nextInt(1000) < 2) {
                    job.cancel();
                }
            }
            long start = System.nanoTime();
            while (shell.inFlight() > 0) { // nothing else happens in this shell: what is left must come by itself
                LockSupport.parkNanos(20_000);
                if (System.nanoTime() - start > STALL_NANOS) {
                    throw new IllegalStateException("stalled: " + shell.head());
                }
            }
        }
    }

    @Test
    @Timeout(3600)
    void everyJobOnceInOrderAndNoStall() throws Exception {
        System.out.println("TurmoilTest jobs=" + JOBS + " seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        SimulatedCpus cpus = new SimulatedCpus(POSSIBLE);
        Padata padata = Padata.open(PadataOptions.defaults().named("turmoil").cpuSource(cpus).ringCapacity(256)
                .parallelCpus(POSSIBLE).serialCpus(POSSIBLE).firstSequence(-1000));
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> disturbers = disturb(padata, cpus, stop, random);
        List<Stream> streams = new ArrayList<>();
        List<Thread> submitters = new ArrayList<>();
        List<Throwable> thrown = java.util.Collections.synchronizedList(new ArrayList<>());
        try (Completers completers = new Completers(2, SEED)) {
            for (int s = 0; s < SHELLS; s++) {
                ShellOptions options = ShellOptions.defaults().singleProducer(s % 2 == 0).retryWhenBusy(s != 1)
                        .withSerialMode(s < 3 ? SerialMode.INLINE : SerialMode.ON_CALLBACK_CPU);
                streams.add(new Stream(padata.newShell(options), completers, random.split()));
            }
            for (Stream stream : streams) {
                Thread submitter = Thread.ofPlatform().unstarted(() -> run(stream));
                submitter.setUncaughtExceptionHandler((thread, t) -> thrown.add(t));
                submitter.start();
                submitters.add(submitter);
            }
            for (Thread submitter : submitters) {
                submitter.join();
            }
            stop.set(true);
            for (Thread disturber : disturbers) {
                disturber.join();
            }
        }
        assertThat(thrown).as("seed=%d", SEED).isEmpty();
        PadataStats stats = ShellChecker.closeAndCheck(padata,
                streams.stream().map(stream -> stream.shell).toArray(Shell[]::new));
        streams.forEach(stream -> stream.checker.assertSaw(stream.next));
        assertThat(stats.serialised()).isEqualTo(streams.stream().mapToLong(stream -> stream.next).sum());
        assertThat(stats.callbacksThrew()).isZero();
    }

    private static void run(Stream stream) {
        long reported = System.nanoTime();
        while (stream.next < JOBS / SHELLS) {
            stream.submitRound((int) Math.min(ROUND, JOBS / SHELLS - stream.next));
            if (System.nanoTime() - reported > 5_000_000_000L) {
                reported = System.nanoTime();
                System.out.println("TurmoilTest " + stream.shell.name() + ": " + stream.next + " jobs");
            }
        }
    }

    private static List<Thread> disturb(Padata padata, SimulatedCpus cpus, AtomicBoolean stop,
            SplittableRandom random) {
        return List.of(
                disturber(stop, random.split(), 1_000_000, r -> padata.setMask(MaskKind.PARALLEL, some(r))),
                disturber(stop, random.split(), 1_500_000, r -> padata.setMask(MaskKind.SERIAL, some(r))),
                disturber(stop, random.split(), 3_000_000, r -> {
                    int cpu = r.nextInt(4);
                    cpus.takeOffline(cpu);
                    LockSupport.parkNanos(100_000);
                    cpus.bringOnline(cpu);
                }),
                disturber(stop, random.split(), 5_000_000, r -> {
                    padata.pause();
                    LockSupport.parkNanos(50_000);
                    padata.resume();
                }));
    }

    private interface Disturbance {
        void happen(SplittableRandom random);
    }

    private static Thread disturber(AtomicBoolean stop, SplittableRandom random, long everyNanos, Disturbance what) {
        return Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                what.happen(random);
                LockSupport.parkNanos(everyNanos + random.nextLong(everyNanos));
            }
        });
    }

    private static CpuMask some(SplittableRandom random) {
        BitSet bits = new BitSet();
        bits.set(random.nextInt(4));
        bits.set(random.nextInt(4));
        return CpuMask.of(bits);
    }

    @Test
    @Timeout(60)
    void latencyShouldBeBoundedThoughNothingFollows() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("single").parallelWorkers(2));
        Shell shell = padata.newShell(ShellOptions.defaults().singleProducer(true));
        OrderChecker checker = new OrderChecker();
        long worst = 0;
        for (int i = 0; i < 3000; i++) {
            long start = System.nanoTime();
            shell.submit(new NumberedJob(checker, i));
            while (shell.inFlight() > 0) {
                Thread.onSpinWait();
                worst = Math.max(worst, System.nanoTime() - start);
            }
            if (i % 10 == 0) {
                LockSupport.parkNanos(200_000); // let everybody fall asleep
            }
        }
        // A timer that rescues shows as its period; a lost wake-up as a hang. Time slices of a busy machine are shorter.
        assertThat(Duration.ofNanos(worst)).isLessThan(Duration.ofSeconds(5));
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(3000);
    }
}
