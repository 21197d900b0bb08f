package org.quern.examples;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.Shell;
import org.quern.padata.ShellOptions;
import org.quern.padata.stream.Ordered;
import org.quern.padata.stream.OrderedProcessor;

/** The same ordered workers as a stream's gatherer, as futures that complete in order, and as a reactive processor. */
public final class OrderedStreams {
    private OrderedStreams() {}

    /**
     * Runs the example.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        try (Padata padata = Padata.open(PadataOptions.defaults())) {
            gather(padata);
            futures(padata);
            process(padata);
        }
    }

    private static void gather(Padata padata) {
        // snippet: gather
        List<Integer> squares = IntStream.rangeClosed(1, 10).boxed().gather(Ordered.ordered(padata, x -> x * x))
                .toList();
        System.out.println("gathered: " + squares);
        // end: gather
    }

    private static void futures(Padata padata) {
        // snippet: futures
        try (Shell shell = padata.newShell(ShellOptions.defaults())) {
            CompletableFuture<?> last = CompletableFuture.completedFuture(null);
            for (int i = 1; i <= 3; i++) {
                int millis = 30 / i; // the first takes longest, and is first all the same
                int number = i;
                last = Ordered.call(shell, () -> {
                    Thread.sleep(millis);
                    return number;
                }).thenAccept(n -> System.out.println("future " + n + " of 3"));
            }
            last.join();
        }
        // end: futures
    }

    private static void process(Padata padata) {
        // snippet: process
        CompletableFuture<String> line = new CompletableFuture<>();
        try (SubmissionPublisher<Integer> source = new SubmissionPublisher<>()) {
            OrderedProcessor<Integer, String> processor = OrderedProcessor.of(padata, x -> x + " ");
            processor.subscribe(new Joining(line));
            source.subscribe(processor);
            IntStream.range(0, 10).forEach(source::submit);
        }
        System.out.println("published: " + line.join() + ", complete");
        // end: process
    }

    /** Joins what is published, and asks for one more each time. */
    private static final class Joining implements Flow.Subscriber<String> {
        private final CompletableFuture<String> whole;
        private final StringBuilder text = new StringBuilder();
        private Flow.@Nullable Subscription source;

        Joining(CompletableFuture<String> whole) {
            this.whole = whole;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            source = subscription;
            subscription.request(1);
        }

        @Override
        public void onNext(String item) {
            text.append(item);
            if (source != null) {
                source.request(1);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            whole.completeExceptionally(thrown);
        }

        @Override
        public void onComplete() {
            whole.complete(text.toString().strip());
        }
    }
}
