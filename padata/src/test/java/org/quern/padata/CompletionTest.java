package org.quern.padata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Completion from outside: by any thread, in any order, once. */
@Timeout(20)
class CompletionTest {
    private static final class DeferredJob extends NumberedJob {
        final List<Completion> tokens;
        final CountDownLatch deferred;

        DeferredJob(OrderChecker checker, long number, List<Completion> tokens, CountDownLatch deferred) {
            super(checker, number);
            this.tokens = tokens;
            this.deferred = deferred;
        }

        @Override
        protected void parallel(Worker worker) throws Exception {
            super.parallel(worker);
            tokens.add(worker.defer());
            deferred.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void h5_anyOrderOfCompletionShouldBeDeliveredAscending(int workers) throws Exception {
        System.out.println("CompletionTest seed=" + workers);
        Random random = new Random(workers);
        Padata padata = Padata
                .open(PadataOptions.defaults().named("permute").parallelWorkers(workers).ringCapacity(64));
        Shell shell = padata.newShell();
        OrderChecker checker = new OrderChecker();
        long number = 0;
        for (int round = 0; round < 100; round++) {
            int jobs = random.nextInt(1, 64);
            List<Completion> tokens = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch deferred = new CountDownLatch(jobs);
            for (int i = 0; i < jobs; i++) {
                assertThat(shell.submit(new DeferredJob(checker, number++, tokens, deferred)).accepted()).isTrue();
            }
            deferred.await();
            Collections.shuffle(tokens, random);
            int half = tokens.size() / 2;
            Thread other = Thread.ofVirtual().start(() -> tokens.subList(0, half).forEach(Completion::complete));
            tokens.subList(half, tokens.size()).forEach(token -> assertThat(token.complete()).isTrue());
            other.join();
        }
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(number);
        assertThat(stats.deepestReordering()).isPositive();
    }

    @Test
    void j3_secondCompletionShouldBeRefusedAndChangeNothing() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("twice"));
        Shell shell = padata.newShell();
        OrderChecker checker = new OrderChecker();
        List<Completion> tokens = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch deferred = new CountDownLatch(2);
        DeferredJob job = new DeferredJob(checker, 0, tokens, deferred);
        shell.submit(job);
        shell.submit(new DeferredJob(checker, 1, tokens, deferred));
        deferred.await();
        tokens.sort(java.util.Comparator.comparingLong(token -> token.sequence));
        Completion first = tokens.get(0);
        assertThat(first.complete()).isTrue();
        assertThatThrownBy(first::complete).isInstanceOf(IllegalStateException.class).hasMessageContaining("sequence=0")
                .hasMessageContaining("twice-0");
        assertThatThrownBy(() -> first.fail(new RuntimeException())).isInstanceOf(IllegalStateException.class);
        while (checker.seen() == 0) {
            Thread.sleep(1); // until the job's serial phase ran; then it is ours again
        }
        job.number = 2;
        assertThat(shell.submit(job).accepted()).isTrue();
        assertThatThrownBy(first::complete).as("the token of the job's former life")
                .isInstanceOf(IllegalStateException.class);
        assertThat(tokens.get(1).complete()).isTrue();
        while (tokens.size() < 3) {
            Thread.onSpinWait();
        }
        assertThat(tokens.get(2).complete()).isTrue();
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(3);
    }

    @Test
    void j3_completionAfterCloseShouldBeRejected() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("late"));
        Shell shell = padata.newShell();
        OrderChecker checker = new OrderChecker();
        List<Completion> tokens = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch deferred = new CountDownLatch(1);
        shell.submit(new DeferredJob(checker, 0, tokens, deferred));
        shell.submit(new NumberedJob(checker, 1));
        deferred.await();
        Thread.sleep(20);
        CloseReport report = shell.close(Duration.ofMillis(20));
        assertThat(report.drained()).isFalse();
        assertThat(report.abandoned()).isEqualTo(2);
        assertThat(report.stuck()).singleElement().satisfies(stuck -> {
            assertThat(stuck.shell()).isEqualTo("late-0");
            assertThat(stuck.sequence()).isZero();
            assertThat(stuck.phase()).isEqualTo(CloseReport.Phase.DEFERRED);
            assertThat(stuck.atLeast()).isGreaterThan(Duration.ofMillis(35));
        });
        assertThat(tokens.get(0).complete()).isFalse();
        assertThatThrownBy(() -> tokens.get(0).complete()).isInstanceOf(IllegalStateException.class);
        assertThat(shell.close(Duration.ZERO)).isSameAs(report);
        assertThat(padata.close(Duration.ofSeconds(10)).stuckThreads()).isEmpty();
        ShellChecker.assertNoThreads(padata);
        checker.assertSaw(0);
    }

    @Test
    void completingInsideParallelShouldCount() {
        Padata padata = Padata.open(PadataOptions.defaults().named("inside"));
        Shell shell = padata.newShell();
        OrderChecker checker = new OrderChecker();
        for (int i = 0; i < 1000; i++) {
            boolean fails = i % 10 == 0;
            shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void parallel(Worker worker) throws Exception {
                    super.parallel(worker);
                    Completion token = worker.defer();
                    if (fails) {
                        token.fail(new IllegalStateException("wanted"));
                    } else {
                        token.complete();
                    }
                }
            });
        }
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(1000);
        checker.assertSawFailures(100);
    }

    @Test
    void deferringWronglyShouldBeRefused() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("wrong"));
        Shell shell = padata.newShell();
        OrderChecker checker = new OrderChecker();
        AtomicReference<Worker> kept = new AtomicReference<>();
        AtomicReference<Throwable> second = new AtomicReference<>();
        shell.submit(new NumberedJob(checker, 0) {
            @Override
            protected void parallel(Worker worker) throws Exception {
                super.parallel(worker);
                kept.set(worker);
                Completion token = worker.defer();
                try {
                    worker.defer();
                } catch (IllegalStateException e) {
                    second.set(e);
                }
                token.complete();
            }
        });
        ShellChecker.closeAndCheck(padata, shell);
        assertThat(second.get()).hasMessageContaining("deferred already");
        assertThatThrownBy(() -> kept.get().defer()).isInstanceOf(IllegalStateException.class);
        checker.assertSaw(1);
    }
}
