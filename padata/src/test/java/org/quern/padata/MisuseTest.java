package org.quern.padata;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Wrong use is refused with a clear text, and nothing is lost by it. */
@Timeout(20)
class MisuseTest {
    @Test
    void submittingAJobInFlightShouldBeRefused() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("again"));
        Shell shell = padata.newShell();
        Shell other = padata.newShell();
        OrderChecker checker = new OrderChecker();
        CountDownLatch release = new CountDownLatch(1);
        NumberedJob job = new NumberedJob(checker, 0) {
            @Override
            protected void parallel(Worker worker) throws Exception {
                super.parallel(worker);
                release.await();
            }
        };
        shell.submit(job);
        assertThatThrownBy(() -> shell.submit(job)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in flight");
        assertThatThrownBy(() -> other.submit(job)).isInstanceOf(IllegalStateException.class);
        release.countDown();
        ShellChecker.closeAndCheck(padata, shell, other);
        checker.assertSaw(1);
    }

    @Test
    void submittingAJobFromTwoThreadsAtOnceShouldSucceedOnce() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("both").parallelWorkers(1).ringCapacity(8));
        Shell shell = padata.newShell();
        Shell other = padata.newShell();
        AtomicInteger accepted = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger serialised = new AtomicInteger();
        CyclicBarrier barrier = new CyclicBarrier(2);
        int rounds = 5000;
        NumberedJob[] jobs = new NumberedJob[rounds];
        for (int i = 0; i < rounds; i++) {
            jobs[i] = new NumberedJob(new OrderChecker(), 0) {
                @Override
                protected void serial() {
                    serialised.incrementAndGet();
                }
            };
        }
        Runnable body = () -> {
            try {
                for (int i = 0; i < rounds; i++) {
                    if (i % 50 == 0) {
                        barrier.await();
                    }
                    try {
                        accepted.addAndGet((i % 2 == 0 ? shell : other).submit(jobs[i]).accepted() ? 1 : 0);
                    } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                    }
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
        Thread one = Thread.ofPlatform().start(body);
        Thread two = Thread.ofPlatform().start(body);
        one.join();
        two.join();
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell, other);
        assertThat(accepted.get() + refused.get()).isEqualTo(2 * rounds);
        assertThat(accepted.get()).isEqualTo(serialised.get()).isBetween(rounds, 2 * rounds);
        assertThat(stats.serialised()).isEqualTo(serialised.get());
    }

    @Test
    void jobShouldBeReusableFromInsideItsSerialPhase() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("reuse").ringCapacity(2));
        Shell shell = padata.newShell();
        OrderChecker checker = new OrderChecker();
        CountDownLatch done = new CountDownLatch(1);
        shell.submit(new NumberedJob(checker, 0) {
            @Override
            protected void serial() throws Exception {
                super.serial();
                if (++number < 10_000) {
                    assertThat(shell.submit(this).accepted()).isTrue();
                } else {
                    done.countDown();
                }
            }
        });
        done.await();
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(10_000);
    }

    @Test
    void wrongMasksShouldBeNamedTogetherWithWhatIsAvailable() {
        PadataOptions options = PadataOptions.defaults().assumingCpus(CpuMask.of(0, 2));
        assertThatThrownBy(() -> Padata.open(options.parallelCpus(CpuMask.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parallelCpus=[]: must not be empty; available are [0, 2]");
        assertThatThrownBy(() -> Padata.open(options.serialCpus(CpuMask.of(1, 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("serialCpus=[1, 2]: must be among the CPUs available; available are [0, 2]");
        assertThatThrownBy(() -> Padata.open(PadataOptions.defaults().parallelCpus(CpuMask.of(9999))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("9999")
                .hasMessageContaining(CpuMask.available().toString());
    }

    @Test
    void wrongNumbersShouldBeNamed() {
        PadataOptions options = PadataOptions.defaults();
        assertThatThrownBy(() -> options.parallelWorkers(0)).hasMessage("workers=0: must be 1..1024");
        assertThatThrownBy(() -> options.ringCapacity(1)).hasMessage("jobs=1: must be 2..1048576");
        assertThatThrownBy(() -> options.maxShells(0)).hasMessageContaining("shells=0");
        assertThatThrownBy(() -> options.closeDeadline(java.time.Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deadline=PT-0.000000001S: must not be negative");
        assertThat(options.closeDeadline(java.time.Duration.ZERO).values().closeDeadline).isZero();
        assertThatThrownBy(() -> ShellOptions.defaults().withCapacity(1)).hasMessageContaining("capacity=1");
        assertThatThrownBy(() -> ShellOptions.defaults().withCapacity(-8)).hasMessageContaining("capacity=-8");
        try (Padata padata = Padata.open(options.named("numbers"))) {
            assertThatThrownBy(() -> padata.close(java.time.Duration.ofNanos(-1))).hasMessageContaining("deadline=PT-");
            assertThatThrownBy(
                    () -> padata.newShell(ShellOptions.defaults().withSerialMode(SerialMode.ON_CALLBACK_CPU)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("without serialCpus");
            assertThat(padata.newShell(ShellOptions.defaults().withCapacity(5)).capacity()).isEqualTo(8);
            assertThatThrownBy(() -> padata.newShell().submit(null)).isInstanceOf(NullPointerException.class);
        }
    }

    @Test
    void contextFactoryThatFailsShouldFailOpen() {
        assertThatThrownBy(() -> Padata.open(PadataOptions.defaults().named("factory").parallelWorkers(3)
                .workerContext(() -> {
                    throw new UnsupportedOperationException("no cipher");
                }))).isInstanceOf(IllegalStateException.class).hasRootCauseMessage("no cipher");
        assertThat(Thread.getAllStackTraces().keySet()).noneMatch(t -> t.getName().startsWith("factory-"));
    }

    @Test
    void contextShouldBelongToOneCallAtATime() {
        class Context {
            final AtomicInteger users = new AtomicInteger();
        }
        AtomicInteger made = new AtomicInteger();
        AtomicInteger shared = new AtomicInteger();
        Padata padata = Padata.open(PadataOptions.defaults().named("context").parallelWorkers(3).ringCapacity(16)
                .workerContext(() -> {
                    made.incrementAndGet();
                    return new Context();
                }));
        Shell shell = padata.newShell();
        OrderChecker checker = new OrderChecker();
        for (int i = 0; i < 20_000; i++) {
            shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void parallel(Worker worker) throws Exception {
                    super.parallel(worker);
                    Context context = worker.context(Context.class);
                    shared.addAndGet(context.users.getAndIncrement() == 0 ? 0 : 1);
                    context.users.getAndDecrement();
                }
            });
        }
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(20_000);
        assertThat(shared.get()).isZero();
        assertThat(made.get()).isBetween(3, 4);
    }

    @Test
    void missingContextShouldBeNamed() {
        Padata padata = Padata.open(PadataOptions.defaults().named("none"));
        Shell shell = padata.newShell();
        OrderChecker checker = new OrderChecker();
        shell.submit(new NumberedJob(checker, 0) {
            @Override
            protected void parallel(Worker worker) {
                worker.context(String.class);
            }

            @Override
            protected void failed(Throwable cause) {
                assertThat(cause).hasMessageContaining("PadataOptions.workerContext");
                checker.enterFailed(0);
            }
        });
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSawFailures(1);
    }
}
