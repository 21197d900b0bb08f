package org.quern.padata.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.testng.ITestResult;
import org.testng.TestListenerAdapter;
import org.testng.TestNG;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(120)
class OrderedProcessorTest {
    private final Padata padata = Padata.open(PadataOptions.defaults().parallelWorkers(3));

    @AfterEach
    void close() {
        padata.close();
    }

    @Test
    void reactiveStreamsTck() {
        TestListenerAdapter results = new TestListenerAdapter();
        TestNG tck = new TestNG(false);
        tck.setTestClasses(new Class<?>[]{ProcessorRules.class});
        tck.addListener(results);
        tck.setVerbose(0);
        tck.run();
        System.out.println("Reactive Streams TCK: " + results.getPassedTests().size() + " passed, "
                + results.getFailedTests().size() + " failed, " + results.getSkippedTests().size()
                + " skipped (rules for several subscribers, and those that cannot be tested)");
        assertThat(results.getConfigurationFailures()).isEmpty();
        assertThat(results.getFailedTests()).extracting(ITestResult::getName).isEmpty();
        assertThat(results.getPassedTests()).hasSizeGreaterThanOrEqualTo(41);
    }

    @Test
    void resultsComeInOrderAsFarAsDemanded() throws Exception {
        int count = 20_000;
        Collector collector = new Collector(7);
        try (SubmissionPublisher<Integer> source = new SubmissionPublisher<>()) {
            OrderedProcessor<Integer, Integer> processor = OrderedProcessor.of(padata, 64, x -> x * 2);
            source.subscribe(processor);
            processor.subscribe(collector);
            for (int i = 0; i < count; i++) {
                source.submit(i);
            }
        }
        assertThat(collector.all.get(60, TimeUnit.SECONDS))
                .isEqualTo(IntStream.range(0, count).map(x -> x * 2).boxed().toList());
    }

    @Test
    void whatTheFunctionThrowsComesInItsTurn() {
        Collector collector = new Collector(Long.MAX_VALUE);
        try (SubmissionPublisher<Integer> source = new SubmissionPublisher<>()) {
            OrderedProcessor<Integer, Integer> processor = OrderedProcessor.of(padata, 16, x -> 100 / (50 - x));
            source.subscribe(processor);
            processor.subscribe(collector);
            for (int i = 0; i < 100; i++) {
                source.submit(i);
            }
        }
        assertThat(collector.all).failsWithin(60, TimeUnit.SECONDS).withThrowableThat()
                .withCauseInstanceOf(ArithmeticException.class);
        assertThat(collector.seen).hasSize(50);
    }

    @Test
    void anEndedProcessorClosesItsShell() throws Exception {
        for (int i = 0; i < 5000; i++) { // more than the instance has room for at once
            Collector collector = new Collector(Long.MAX_VALUE);
            OrderedProcessor<Integer, Integer> processor = OrderedProcessor.of(padata, 2, x -> x);
            processor.subscribe(collector);
            processor.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    // One element, below.
                }

                @Override
                public void cancel() {
                    // Nothing more comes.
                }
            });
            processor.onNext(i);
            processor.onComplete();
            assertThat(collector.all.get(10, TimeUnit.SECONDS)).containsExactly(i);
        }
    }

    @Test
    void misuseIsNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> OrderedProcessor.of(padata, 0, x -> x))
                .withMessageStartingWith("window=0");
        assertThatIllegalArgumentException().isThrownBy(() -> Ordered.ordered(padata, 1 << 17, x -> x))
                .withMessageStartingWith("window=131072");
    }

    /** Asks for so many at a time. */
    private static final class Collector implements Flow.Subscriber<Integer> {
        final CompletableFuture<List<Integer>> all = new CompletableFuture<>();
        final List<Integer> seen = new ArrayList<>();
        private final long step;
        private Flow.Subscription subscription;

        Collector(long step) {
            this.step = step;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(step);
        }

        @Override
        public void onNext(Integer item) {
            seen.add(item);
            if (seen.size() % step == 0) {
                subscription.request(step);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            all.completeExceptionally(thrown);
        }

        @Override
        public void onComplete() {
            all.complete(seen);
        }
    }
}
