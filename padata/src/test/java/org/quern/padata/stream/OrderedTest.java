package org.quern.padata.stream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.Shell;
import org.quern.padata.ShellOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class OrderedTest {
    private final Padata padata = Padata.open(PadataOptions.defaults().parallelWorkers(3).maxShells(64));

    @AfterEach
    void close() {
        padata.close();
    }

    @Test
    void gatheredResultsKeepTheOrderOfTheStream() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) { // more rounds than shells: each evaluation closes its own
            int count = random.nextInt(3000);
            int window = random.nextInt(2, 200);
            List<Integer> results = IntStream.range(0, count).boxed()
                    .gather(Ordered.ordered(padata, window, x -> x % 7 == 0 ? null : -x)).toList();
            assertThat(results).as("seed %d", seed).hasSize(count);
            for (int i = 0; i < count; i++) {
                assertThat(results.get(i)).isEqualTo(i % 7 == 0 ? null : Integer.valueOf(-i));
            }
        }
    }

    @Test
    void gatheringEndsEarlyWhenNobodyWantsMore() {
        AtomicInteger mapped = new AtomicInteger();
        for (int round = 0; round < 100; round++) {
            assertThat(Stream.iterate(0, x -> x + 1).gather(Ordered.ordered(padata, 8, x -> {
                mapped.incrementAndGet();
                return x;
            })).limit(10).toList()).isEqualTo(IntStream.range(0, 10).boxed().toList());
        }
        assertThat(mapped.get()).isLessThan(100 * (10 + 2 * 8 + 8));
    }

    @Test
    void whatTheFunctionThrowsComesInItsTurn() {
        List<Integer> before = new ArrayList<>();
        for (int round = 0; round < 100; round++) {
            before.clear();
            assertThatThrownBy(() -> IntStream.range(0, 100).boxed()
                    .gather(Ordered.ordered(padata, 4, x -> 100 / (50 - x))).forEachOrdered(before::add))
                    .isInstanceOf(ArithmeticException.class);
            assertThat(before).hasSize(50);
        }
    }

    @Test
    void aStreamOnAVirtualThreadAndAnInterruptGoToTheEnd() throws Exception {
        CompletableFuture<Integer> sum = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            Thread.currentThread().interrupt();
            int total = IntStream.range(0, 1000).boxed().gather(Ordered.ordered(padata, x -> x)).mapToInt(x -> x).sum();
            sum.complete(Thread.interrupted() ? total : -1);
        });
        assertThat(sum.get(30, TimeUnit.SECONDS)).isEqualTo(499_500);
    }

    @Test
    void futuresCompleteInOrder() throws Exception {
        Shell shell = padata.newShell(ShellOptions.defaults());
        List<Integer> order = new ArrayList<>(); // written in serial phases only
        List<CompletableFuture<Integer>> open = new ArrayList<>();
        List<CompletableFuture<Void>> seen = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int number = i;
            CompletableFuture<Integer> future = i % 3 == 0 ? Ordered.compose(shell, () -> {
                CompletableFuture<Integer> later = new CompletableFuture<>();
                CompletableFuture.delayedExecutor(number % 5, TimeUnit.MILLISECONDS)
                        .execute(() -> later.complete(number));
                return later;
            }) : Ordered.call(shell, () -> number);
            open.add(future);
            seen.add(future.thenAccept(order::add));
        }
        CompletableFuture.allOf(seen.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        assertThat(order).isEqualTo(IntStream.range(0, 300).boxed().toList());
        shell.close();
        assertThat(Ordered.call(shell, () -> 1)).failsWithin(1, TimeUnit.SECONDS).withThrowableThat()
                .withCauseInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void futuresFailAndAreCancelledInTheirPlace() {
        Shell shell = padata.newShell(ShellOptions.defaults());
        CompletableFuture<Integer> thrown = Ordered.call(shell, () -> {
            throw new IOException("no");
        });
        CompletableFuture<Integer> failedStage = Ordered.compose(shell,
                () -> CompletableFuture.failedFuture(new IOException("later")));
        CompletableFuture<Integer> nothing = Ordered.compose(shell, () -> null);
        CompletableFuture<Integer> cancelled = Ordered.call(shell, () -> 1);
        cancelled.cancel(false);
        CompletableFuture<Integer> last = Ordered.call(shell, () -> 2);
        assertThat(last).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(2);
        assertThat(thrown).failsWithin(1, TimeUnit.SECONDS).withThrowableThat().withMessageContaining("no");
        assertThat(failedStage).failsWithin(1, TimeUnit.SECONDS).withThrowableThat().withMessageContaining("later");
        assertThat(nothing).failsWithin(1, TimeUnit.SECONDS).withThrowableThat()
                .withCauseInstanceOf(NullPointerException.class);
        assertThat(Objects.toString(cancelled)).isNotEmpty();
    }
}
