package org.quern.padata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The ways to submit besides one job at a time: runs of jobs, functions, and shells for a single producer. */
@Timeout(30)
class SubmissionFormsTest {
    private final OrderChecker checker = new OrderChecker();

    @ParameterizedTest(name = "single={0} ring={1} run={2} policy={3}")
    @CsvSource({"false,64,10,CALLER_RUNS", "true,64,10,CALLER_RUNS", "false,4,33,BLOCK", "true,8,100,CALLER_RUNS",
            "false,4,7,DROP_OLDEST"})
    void runsShouldBeInOrder(boolean single, int ring, int run, Backpressure policy) {
        Padata padata = Padata.open(PadataOptions.defaults().named("runs").parallelWorkers(2).ringCapacity(ring));
        Shell shell = padata.newShell(ShellOptions.defaults().singleProducer(single).withBackpressure(policy));
        int number = 0;
        for (int i = 0; i < 1000; i++) {
            Job[] jobs = new Job[run + 2];
            for (int k = 0; k < run; k++) {
                jobs[k + 1] = new NumberedJob(checker, number++);
            }
            int done = 0;
            while (done < run) {
                done += shell.submitAll(jobs, 1 + done, run - done);
            }
        }
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(number);
    }

    @Test
    void wrongRunsShouldBeRefusedWhole() {
        Padata padata = Padata.open(PadataOptions.defaults().named("wrong"));
        for (boolean single : new boolean[]{false, true}) {
            Shell shell = padata.newShell(ShellOptions.defaults().singleProducer(single));
            NumberedJob job = new NumberedJob(new OrderChecker(), 0);
            assertThatThrownBy(() -> shell.submitAll(new Job[]{job, job}, 0, 2))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("in flight");
            assertThatThrownBy(() -> shell.submitAll(new Job[]{job, null}, 0, 2))
                    .isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> shell.submitAll(new Job[]{job}, 0, 2))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(shell.inFlight()).isZero();
            assertThat(shell.submitAll(new Job[]{job}, 0, 1)).as("it is free").isEqualTo(1);
            assertThat(shell.submitAll(new Job[0], 0, 0)).isZero();
        }
        Shell stopped = padata.newShell();
        stopped.close();
        assertThat(stopped.submitAll(new Job[]{new NumberedJob(checker, 0)}, 0, 1)).isZero();
        ShellChecker.closeAndCheck(padata);
    }

    @Test
    void runsShouldEndWhereAFullRingDoesNotLetThemWait() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("partly").parallelWorkers(1).ringCapacity(4)
                .whenFull(Backpressure.FAIL));
        Shell shell = padata.newShell();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Job[] jobs = new Job[9];
        for (int i = 0; i < jobs.length; i++) {
            int number = i;
            jobs[i] = new NumberedJob(checker, i) {
                @Override
                protected void parallel(Worker worker) throws Exception {
                    super.parallel(worker);
                    if (number == 0) {
                        entered.countDown();
                        release.await();
                    }
                }
            };
        }
        assertThat(shell.submitAll(jobs, 0, 9)).isEqualTo(4);
        entered.await();
        assertThat(shell.submitAll(jobs, 4, 5)).isZero();
        release.countDown();
        int done = 4;
        while (done < 9) {
            done += shell.submitAll(jobs, done, 9 - done);
        }
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(9);
    }

    @Test
    void functionsShouldRunInParallelAndConsumersInOrder() {
        List<Object> delivered = Collections.synchronizedList(new ArrayList<>());
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        Padata padata = Padata.open(PadataOptions.defaults().named("functions").parallelWorkers(3)
                .failureHandler((shell, job, thrown) -> failures.add(thrown.getCause())));
        Shell shell = padata.newShell();
        for (int i = 0; i < 1000; i++) {
            shell.submit(i, n -> {
                if (n == 500) {
                    throw new IllegalArgumentException("wanted");
                }
                return n == 700 ? null : "<" + n + ">";
            }, delivered::add);
        }
        ShellChecker.closeAndCheck(padata, shell);
        assertThat(delivered).hasSize(999).startsWith("<0>", "<1>").endsWith("<999>");
        assertThat(delivered.get(699)).as("null is a result, behind a failure").isNull();
        assertThat(failures).singleElement().satisfies(cause -> assertThat(cause).hasMessage("wanted"));
        assertThatThrownBy(() -> shell.submit(1, null, x -> {})).hasMessage("function");
        assertThatThrownBy(() -> shell.submit(1, x -> x, null)).hasMessage("consumer");
    }

    @Test
    void singleProducerShellShouldBelongToItsFirstSubmitter() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("owner").parallelWorkers(2).ringCapacity(8));
        Shell shell = padata.newShell(ShellOptions.defaults().singleProducer(true));
        for (int i = 0; i < 10_000; i++) {
            assertThat(shell.submit(new NumberedJob(checker, i)).accepted()).isTrue();
        }
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        NumberedJob job = new NumberedJob(checker, 10_000);
        Thread other = Thread.ofVirtual().start(() -> {
            try {
                shell.submit(job);
            } catch (IllegalStateException e) {
                thrown.set(e);
            }
        });
        other.join();
        assertThat(thrown.get()).hasMessageContaining("owner-0 is single-producer and belongs to thread");
        assertThat(shell.submit(job).accepted()).isTrue();
        assertThatThrownBy(() -> {
            NumberedJob twice = new NumberedJob(checker, 10_001);
            shell.submit(twice);
            for (;;) {
                shell.submit(twice);
            }
        }).isInstanceOf(IllegalStateException.class);
        padata.close(CloseMode.ABANDON, java.time.Duration.ofSeconds(5));
    }
}
