package org.quern.padata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** J6: what callbacks throw travels in order, and stops nothing. */
@Timeout(20)
class FailureTest {
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());
    private final OrderChecker checker = new OrderChecker();

    private Padata open(String name) {
        return Padata.open(PadataOptions.defaults().named(name).parallelWorkers(3)
                .failureHandler((shell, job, thrown) -> handled.add(shell.name() + " " + thrown.getMessage())));
    }

    @Test
    void j6_failingJobsShouldBeDeliveredInTheirPlace() {
        Padata padata = open("failing");
        Shell shell = padata.newShell();
        for (int i = 0; i < 10_000; i++) {
            int number = i;
            shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void parallel(Worker worker) throws Exception {
                    super.parallel(worker);
                    if (number % 7 == 3) {
                        throw new java.io.IOException("wanted " + number);
                    }
                    if (number % 7 == 5) {
                        throw new AssertionError("wanted " + number);
                    }
                }

                @Override
                protected void failed(Throwable cause) throws Exception {
                    checker.enterFailed(cause.getMessage().equals("wanted " + number) ? number : -1);
                }
            });
        }
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(10_000);
        checker.assertSawFailures(1429 + 1428);
        assertThat(stats.failed()).isEqualTo(1429 + 1428);
        assertThat(handled).isEmpty();
    }

    @Test
    void j6_throwingSerialShouldNotStopTheLane() {
        Padata padata = open("throwing");
        Shell shell = padata.newShell();
        for (int i = 0; i < 1000; i++) {
            int number = i;
            shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void serial() throws Exception {
                    super.serial();
                    if (number % 100 == 50) {
                        throw new IllegalStateException("serial " + number);
                    }
                }
            });
        }
        PadataStats stats = ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(1000);
        assertThat(stats.callbacksThrew()).isEqualTo(10);
        assertThat(handled).hasSize(10).startsWith("throwing-0 serial 50").endsWith("throwing-0 serial 950");
    }

    @Test
    void failureWithoutOverrideShouldReachTheHandler() {
        Padata padata = open("plain");
        Shell shell = padata.newShell();
        shell.submit(new Job() {
            @Override
            protected void parallel(Worker worker) {
                throw new IllegalStateException("wanted");
            }

            @Override
            protected void serial() {
                checker.enter(99);
            }
        });
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(0);
        assertThat(handled).singleElement().asString().contains("does not override failed");
    }

    @Test
    void handlerThatThrowsShouldNotStopTheLane() {
        Padata padata = Padata.open(PadataOptions.defaults().named("handler").failureHandler((shell, job, thrown) -> {
            throw new IllegalStateException("handler");
        }));
        Shell shell = padata.newShell();
        for (int i = 0; i < 100; i++) {
            shell.submit(new NumberedJob(checker, i) {
                @Override
                protected void serial() throws Exception {
                    super.serial();
                    throw new IllegalStateException("serial");
                }
            });
        }
        assertThat(ShellChecker.closeAndCheck(padata, shell).callbacksThrew()).isEqualTo(100);
        checker.assertSaw(100);
    }

    @Test
    void throwingAfterDeferShouldUseUpTheToken() {
        Padata padata = open("after");
        Shell shell = padata.newShell();
        shell.submit(new NumberedJob(checker, 0) {
            @Override
            protected void parallel(Worker worker) throws Exception {
                worker.defer();
                throw new IllegalStateException("fails by token");
            }
        });
        shell.submit(new NumberedJob(checker, 1) {
            @Override
            protected void parallel(Worker worker) throws Exception {
                super.parallel(worker);
                worker.defer().complete();
                throw new IllegalStateException("too late");
            }
        });
        ShellChecker.closeAndCheck(padata, shell);
        checker.assertSaw(2);
        checker.assertSawFailures(1);
        assertThat(handled).containsExactly("after-0 too late");
    }
}
