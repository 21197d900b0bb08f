package org.quern.padata;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Jobs that stand in the slots of their ring: order, exactly once, every outcome, misuse. */
@Timeout(60)
class SlotShellTest {
    /** A job that is filled in again and again. */
    private static final class Slot extends NumberedJob {
        private final Completers completers;
        boolean fails;
        boolean defers;

        Slot(OrderChecker checker, Completers completers) {
            super(checker, 0);
            this.completers = completers;
        }

        @Override
        protected void parallel(Worker worker) throws Exception {
            super.parallel(worker);
            if (defers) {
                completers.add(worker.defer(), fails);
            } else if (fails) {
                throw new IllegalStateException("wanted");
            }
        }
    }

    @ParameterizedTest(name = "workers={0} ring={1} serial={2} first={3} jobs={4} limit={5} seed={6}")
    @CsvSource({"1,1024,false,0,1000000,0,1", "2,64,false,4294967290,400000,0,2", "3,2,true,-5,60000,0,3",
            "2,256,true,9223372036854775800,300000,0,4", "2,64,false,0,100000,16,5", "4,16,true,-1,100000,8,6"})
    void everyJobOnceAndInOrder(int workers, int ring, boolean serialWorkers, long first, int jobs, int limit,
            long seed) {
        System.out.println("SlotShellTest seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        PadataOptions options = PadataOptions.defaults().named("slots").parallelWorkers(workers).ringCapacity(ring)
                .assumingCpus(CpuMask.of(0, 1, 3)).firstSequence(first);
        options = limit > 0 ? options.maxInFlight(limit) : options;
        Padata padata = Padata.open(serialWorkers ? options.serialCpus(CpuMask.of(0, 1, 3)) : options);
        OrderChecker checker = new OrderChecker();
        long failures = 0;
        Shell shell;
        try (Completers completers = new Completers(2, seed)) {
            SlotShell<Slot> slots = padata.newSlotShell(ShellOptions.defaults(), () -> new Slot(checker, completers));
            shell = slots.shell();
            for (int i = 0; i < jobs;) {
                for (int run = Math.min(jobs - i, random.nextInt(1, 40)); run > 0; run--, i++) {
                    Slot job = slots.claim();
                    job.number = i;
                    job.fails = random.nextInt(1000) < 3;
                    job.defers = random.nextInt(1000) < 30;
                    failures += job.fails ? 1 : 0;
                }
                assertThat(slots.publish(random.nextInt(-3, 6)).accepted()).isTrue();
            }
            assertThat(shell.close(Duration.ofSeconds(60)).drained()).isTrue();
        }
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(jobs);
        checker.assertSawFailures(failures);
        assertThat(stats.serialised()).isEqualTo(jobs);
        assertThat(stats.failed()).isEqualTo(failures);
    }

    @Test
    void masksPausesAndClosesShouldFindEveryJobAcceptedOrRefused() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("slots").parallelWorkers(2).ringCapacity(64)
                .assumingCpus(CpuMask.of(0, 1, 2)).serialCpus(CpuMask.of(0)));
        OrderChecker checker = new OrderChecker();
        SlotShell<NumberedJob> slots = padata.newSlotShell(ShellOptions.defaults(), () -> new NumberedJob(checker, 0));
        AtomicInteger accepted = new AtomicInteger();
        Thread submitter = Thread.ofPlatform().start(() -> {
            SubmitResult result;
            do {
                NumberedJob job = slots.claim();
                if (job != null) {
                    job.number = accepted.get();
                }
                result = job == null ? slots.refusal().result() : slots.publish().result();
                accepted.addAndGet(result == SubmitResult.ACCEPTED ? 1 : 0);
            } while (result == SubmitResult.ACCEPTED || slots.shell().state() == State.PAUSED);
        });
        for (int i = 0; i < 200; i++) {
            padata.setMask(MaskKind.SERIAL, CpuMask.of(i % 3));
            if (i % 10 == 0) {
                padata.pause();
                padata.resume();
            }
        }
        assertThat(slots.shell().close(Duration.ofSeconds(30)).drained()).isTrue();
        submitter.join();
        ShellChecker.closeAndCheck(padata, slots.shell());
        checker.assertSaw(accepted.get());
    }

    @Test
    void fullRingShouldRefuseAndNameTheReason() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("slots").parallelWorkers(1));
        CountDownLatch gate = new CountDownLatch(1);
        OrderChecker checker = new OrderChecker();
        SlotShell<NumberedJob> slots = padata.newSlotShell(
                ShellOptions.defaults().withCapacity(4).withBackpressure(Backpressure.FAIL),
                () -> new NumberedJob(checker, 0) {
                    @Override
                    protected void parallel(Worker worker) throws Exception {
                        gate.await();
                        super.parallel(worker);
                    }
                });
        assertThatThrownBy(slots::refusal).isInstanceOf(IllegalStateException.class);
        for (int i = 0; i < 4; i++) {
            slots.claim().number = i;
        }
        assertThat(slots.claim()).isNull(); // has published the four before
        assertThat(slots.refusal().result()).isEqualTo(SubmitResult.FULL);
        assertThat(slots.shell().inFlight()).isEqualTo(4);
        assertThat(slots.publish().accepted()).isTrue(); // nothing
        gate.countDown();
        assertThat(slots.shell().close(Duration.ofSeconds(30)).drained()).isTrue();
        assertThat(slots.claim()).isNotNull(); // of a ring that nobody serves: publishing tells
        assertThat(slots.publish().result()).isEqualTo(SubmitResult.STOPPED);
        ShellChecker.closeAndCheck(padata, slots.shell());
        checker.assertSaw(4);
    }

    @Test
    void jobsShouldBeCancellableAndTheirPlacesUsedAgain() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("slots").parallelWorkers(1));
        CompletableFuture<Completion> token = new CompletableFuture<>();
        OrderChecker checker = new OrderChecker();
        SlotShell<NumberedJob> slots = padata.newSlotShell(ShellOptions.defaults().withCapacity(2),
                () -> new NumberedJob(checker, 0) {
                    @Override
                    protected void parallel(Worker worker) throws Exception {
                        super.parallel(worker);
                        if (number == 0) {
                            token.complete(worker.defer());
                        }
                    }
                });
        NumberedJob first = slots.claim();
        first.number = 0;
        assertThat(first.cancel()).as("claimed, not in flight").isFalse();
        slots.publish();
        Completion deferred = token.get();
        assertThat(slots.shell().head().orElseThrow().phase()).isEqualTo(CloseReport.Phase.DEFERRED);
        assertThat(first.cancel()).isTrue();
        assertThat(deferred.complete()).isFalse();
        for (int i = 1; i < 10; i++) {
            slots.claim().number = i;
            slots.publish();
        }
        ShellChecker.closeAndCheck(padata, slots.shell());
        checker.assertSaw(10);
        checker.assertSawFailures(1);
    }

    @Test
    void aCallbackMayClaimAndIsToldWhenThatCannotWork() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("slots").parallelWorkers(1));
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger wrongThread = new AtomicInteger();
        AtomicReference<SlotShell<Job>> slots = new AtomicReference<>();
        slots.set(padata.newSlotShell(ShellOptions.defaults().withCapacity(2), () -> new Job() {
            @Override
            protected void parallel(Worker worker) {}

            @Override
            protected void serial() {
                try {
                    Job mine = slots.get().claim();
                    refused.addAndGet(mine == null ? 1 : 0);
                    slots.get().publish();
                } catch (IllegalStateException notTheSubmitter) {
                    wrongThread.incrementAndGet();
                }
            }

            @Override
            protected void failed(Throwable cause) {}
        }));
        for (int i = 0; i < 1000; i++) {
            if (slots.get().claim() != null) {
                slots.get().publish();
            }
        }
        while (slots.get().shell().inFlight() > 0) {
            Thread.sleep(1);
        }
        assertThat(slots.get().claim()).isNotNull();
        assertThat(slots.get().publish().accepted()).isTrue();
        while (wrongThread.get() == 0) { // nobody but the worker serialises this one
            Thread.sleep(1);
        }
        assertThat(padata.close(CloseMode.CANCEL, Duration.ofSeconds(30)).drained()).isTrue();
    }

    @Test
    void misuseShouldBeNamed() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("slots").parallelWorkers(1));
        OrderChecker checker = new OrderChecker();
        NumberedJob one = new NumberedJob(checker, 0);
        ShellOptions small = ShellOptions.defaults().withCapacity(2);
        assertThatThrownBy(() -> padata.newSlotShell(small, () -> one)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("slot 1");
        assertThatThrownBy(() -> padata.newSlotShell(small, () -> null)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("null");
        assertThatThrownBy(() -> padata.newSlotShell(small.withBackpressure(Backpressure.DROP_OLDEST),
                () -> new NumberedJob(checker, 0))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("DROP_OLDEST");
        SlotShell<NumberedJob> slots = padata.newSlotShell(small, () -> new NumberedJob(checker, 0));
        Shell other = padata.newShell();
        NumberedJob job = slots.claim();
        assertThatThrownBy(() -> other.submit(job)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in flight");
        assertThatThrownBy(() -> slots.shell().submit(new NumberedJob(checker, 0)))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("claim and publish");
        CompletableFuture.runAsync(() -> {
            assertThatThrownBy(slots::claim).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("belongs to");
            assertThatThrownBy(slots::publish).isInstanceOf(IllegalStateException.class);
        }).get();
        job.number = 0;
        assertThat(slots.publish().accepted()).isTrue();
        ShellChecker.closeAndCheck(padata, slots.shell(), other);
        checker.assertSaw(1);
        assertThatThrownBy(() -> padata.newSlotShell(small, () -> new NumberedJob(checker, 0)))
                .isInstanceOf(IllegalStateException.class);
    }
}
