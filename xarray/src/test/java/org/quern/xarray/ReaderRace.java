package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;

/** Readers beside a writer. Short by default; {@code -Dquern.xarray.stressMillis=..} for long runs. */
final class ReaderRace {
    private static final long MILLIS = Long.getLong("quern.xarray.stressMillis", 700);

    private final AtomicBoolean stop = new AtomicBoolean();

    /** Runs the readers until the writer has churned long enough; the first failure of any is thrown. */
    void run(Runnable churn, List<Callable<Long>> readers) throws Exception {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<Long>> results = new ArrayList<>();
            for (Callable<Long> reader : readers) {
                results.add(threads.submit(() -> {
                    long turns = 0;
                    do {
                        turns += reader.call();
                    } while (!stop.get());
                    return turns;
                }));
            }
            long end = System.nanoTime() + MILLIS * 1_000_000;
            try {
                while (System.nanoTime() < end && results.stream().noneMatch(Future::isDone)) {
                    churn.run();
                }
            } finally {
                stop.set(true);
            }
            for (Future<Long> result : results) {
                assertThat(result.get()).isPositive();
            }
        }
    }
}
