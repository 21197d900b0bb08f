package org.quern.padata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Jobs that are given up: cancelled, expired, or left at a close; the order slot is released in each case (J6, J11). */
@Timeout(30)
class CancellationTest {
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    private class LoggedJob extends Job {
        final String name;
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch release;
        volatile Completion token;
        boolean defers;

        LoggedJob(String name, CountDownLatch release) {
            this.name = name;
            this.release = release;
        }

        LoggedJob(String name) {
            this(name, new CountDownLatch(0));
        }

        @Override
        protected void parallel(Worker worker) throws Exception {
            entered.countDown();
            if (defers) {
                token = worker.defer();
            }
            release.await();
            log.add("ran " + name);
        }

        @Override
        protected void serial() {
            log.add(name);
        }

        @Override
        protected void failed(Throwable cause) {
            log.add(name + " " + cause.getClass().getSimpleName());
        }
    }

    private LoggedJob deferred(String name) {
        LoggedJob job = new LoggedJob(name);
        job.defers = true;
        return job;
    }

    private static Padata open(String name) {
        return Padata.open(PadataOptions.defaults().named(name).parallelWorkers(1));
    }

    @Test
    void cancelShouldSkipWhatHasNotBegunAndReleaseWhatIsDeferred() throws Exception {
        Padata padata = open("cancel");
        Shell shell = padata.newShell();
        LoggedJob late = deferred("late");
        LoggedJob running = new LoggedJob("running", new CountDownLatch(1));
        LoggedJob waiting = new LoggedJob("waiting");
        assertThat(waiting.cancel()).as("not in flight").isFalse();
        for (LoggedJob job : List.of(late, running, waiting, new LoggedJob("last"))) {
            shell.submit(job);
        }
        running.entered.await();
        assertThat(late.cancel()).isTrue();
        assertThat(running.cancel()).isTrue();
        assertThat(waiting.cancel()).isTrue();
        assertThat(waiting.cancel()).as("twice").isFalse();
        running.release.countDown();
        while (shell.inFlight() > 0) {
            Thread.sleep(1);
        }
        assertThat(late.token.complete()).as("it was given up").isFalse();
        assertThatThrownBy(late.token::complete).isInstanceOf(IllegalStateException.class);
        assertThat(waiting.cancel()).as("its life is over").isFalse();
        shell.submit(waiting);
        ShellChecker.closeAndCheck(padata, shell);
        assertThat(log.stream().filter(entry -> !entry.startsWith("ran ")).toList()).containsExactly(
                "late CancellationException", "running", "waiting CancellationException", "last", "waiting");
        assertThat(log.stream().filter(entry -> entry.startsWith("ran "))).containsExactlyInAnyOrder("ran late",
                "ran running", "ran last", "ran waiting");
    }

    @Test
    void cancelFromInsideTheJobThatDefersShouldReleaseIt() {
        Padata padata = open("inside");
        Shell shell = padata.newShell();
        AtomicReference<Boolean> completed = new AtomicReference<>();
        shell.submit(new LoggedJob("self") {
            @Override
            protected void parallel(Worker worker) {
                cancel();
                completed.set(worker.defer().complete());
            }
        });
        ShellChecker.closeAndCheck(padata, shell);
        assertThat(completed.get()).isFalse();
        assertThat(log).containsExactly("self CancellationException");
    }

    @Test
    void j11_closeShouldCancelWhatHasNotBegun() throws Exception {
        Padata padata = open("closing");
        Shell shell = padata.newShell();
        LoggedJob late = deferred("late");
        LoggedJob running = new LoggedJob("running", new CountDownLatch(1));
        for (LoggedJob job : List.of(late, running, new LoggedJob("a"), new LoggedJob("b"))) {
            shell.submit(job);
        }
        running.entered.await();
        Thread.ofVirtual().start(() -> {
            while (log.isEmpty() || !log.contains("late CancellationException")) {
                Thread.onSpinWait(); // released by the close, serialised only when a worker is free
                if (shell.state() == State.CLOSING) {
                    break;
                }
            }
            running.release.countDown();
        });
        CloseReport report = padata.close(CloseMode.CANCEL, Duration.ofSeconds(20));
        assertThat(report.drained()).isTrue();
        assertThat(log).containsSubsequence("late CancellationException", "running", "a CancellationException",
                "b CancellationException").doesNotContain("ran a", "ran b");
        assertThat(late.token.complete()).isFalse();
        ShellChecker.closeAndCheck(padata, shell);
    }

    @Test
    void j11_closeThatCancelsShouldOvertakeOneThatDrains() throws Exception {
        Padata padata = open("overtake");
        Shell shell = padata.newShell();
        LoggedJob late = deferred("late");
        shell.submit(late);
        late.entered.await();
        AtomicReference<CloseReport> drained = new AtomicReference<>();
        Thread patient = Thread.ofPlatform().start(() -> drained.set(shell.close(Duration.ofDays(1))));
        while (shell.state() != State.CLOSING) {
            Thread.onSpinWait();
        }
        assertThat(shell.close(CloseMode.CANCEL, Duration.ofSeconds(20)).drained()).isTrue();
        patient.join();
        assertThat(drained.get().drained()).isTrue();
        ShellChecker.closeAndCheck(padata, shell);
        assertThat(log).contains("late CancellationException");
    }

    @Test
    void j11_abandonShouldGiveUpAtOnceAndWaitForCallbacks() throws Exception {
        Padata padata = open("abandon");
        Shell shell = padata.newShell();
        LoggedJob running = new LoggedJob("running", new CountDownLatch(1));
        shell.submit(running);
        running.entered.await();
        shell.submit(new LoggedJob("never"));
        Thread releaser = Thread.ofPlatform().start(() -> {
            while (shell.state() != State.CLOSED) {
                Thread.onSpinWait();
            }
            running.release.countDown();
        });
        CloseReport report = shell.close(CloseMode.ABANDON, Duration.ofSeconds(20));
        assertThat(report.drained()).isFalse();
        assertThat(report.abandoned()).isEqualTo(2);
        assertThat(log).as("waited for the callback that ran").containsExactly("ran running");
        releaser.join();
        padata.close(Duration.ofSeconds(10));
        ShellChecker.assertNoThreads(padata);
        assertThat(log).containsExactly("ran running");
    }

    @Test
    void headShouldNameTheJobAndExpireGiveItUp() throws Exception {
        Padata padata = open("head");
        Shell shell = padata.newShell();
        assertThat(shell.head()).isEmpty();
        LoggedJob late = deferred("late");
        LoggedJob running = new LoggedJob("running", new CountDownLatch(1));
        shell.submit(late);
        shell.submit(running);
        running.entered.await();
        assertThat(shell.head()).hasValueSatisfying(head -> {
            assertThat(head.sequence()).isZero();
            assertThat(head.phase()).isEqualTo(CloseReport.Phase.DEFERRED);
        });
        assertThat(shell.expire(1, new TimeoutException())).as("its thread still uses it").isFalse();
        assertThat(shell.expire(7, new TimeoutException())).as("no such job").isFalse();
        assertThat(shell.expire(0, new TimeoutException())).isTrue();
        assertThat(shell.expire(0, new TimeoutException())).as("twice").isFalse();
        assertThatThrownBy(() -> shell.expire(0, null)).isInstanceOf(NullPointerException.class);
        running.release.countDown();
        ShellChecker.closeAndCheck(padata, shell);
        assertThat(log).containsExactly("ran late", "ran running", "late TimeoutException", "running");
    }

    @Test
    void stalledJobsShouldBeReportedOnceAndExpireAtTheirLimit() throws Exception {
        List<CloseReport.StuckJob> reports = Collections.synchronizedList(new ArrayList<>());
        Padata padata = Padata.open(PadataOptions.defaults().named("watch").parallelWorkers(1)
                .stallHandler(Duration.ofMillis(20), (shell, job) -> {
                    reports.add(job);
                    throw new IllegalStateException("logged");
                }).deferralLimit(Duration.ofMillis(150)));
        Shell shell = padata.newShell();
        LoggedJob late = deferred("late");
        shell.submit(late);
        shell.submit(new LoggedJob("next"));
        while (!log.contains("next")) {
            Thread.sleep(1);
        }
        assertThat(reports).singleElement().satisfies(job -> {
            assertThat(job.shell()).isEqualTo("watch-0");
            assertThat(job.sequence()).isZero();
            assertThat(job.phase()).isEqualTo(CloseReport.Phase.DEFERRED);
            assertThat(job.atLeast()).isGreaterThanOrEqualTo(Duration.ofMillis(20));
        });
        assertThat(log).containsExactly("ran late", "ran next", "late TimeoutException", "next");
        assertThat(late.token.fail(new IllegalStateException())).isFalse();
        LoggedJob running = new LoggedJob("running", new CountDownLatch(1));
        shell.submit(running);
        while (reports.size() < 2) {
            Thread.sleep(1);
        }
        assertThat(reports.get(1).phase()).isEqualTo(CloseReport.Phase.PARALLEL);
        assertThat(reports.get(1).sequence()).isEqualTo(2);
        running.release.countDown();
        ShellChecker.closeAndCheck(padata, shell);
        assertThatThrownBy(() -> PadataOptions.defaults().deferralLimit(Duration.ZERO))
                .hasMessage("limit=PT0S: must be 1 ms or more");
    }
}
