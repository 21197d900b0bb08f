package org.quern.jmh.padata;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The peers that are streams: each run is a stream of its own, which has ended when the run returns. */
final class StreamPeers {
    /** How many jobs may be under way at once: enough to keep two threads busy, and what both projects use or suggest. */
    private static final int WIDTH = 64;
    private static final int THREADS = 2;

    private StreamPeers() {}

    /** A thread for each job, on virtual threads; results in order. */
    static Pipeline mapConcurrent(Work work) {
        return jobs -> {
            int[] expected = {0};
            IntStream.range(0, jobs).boxed().gather(Gatherers.mapConcurrent(WIDTH, i -> {
                work.run(Peers.CONTEXT.get());
                return i;
            })).forEach(i -> Peers.checkOrder(i, expected[0]++));
        };
    }

    /** Reactor: one inner publisher for each job, on a pool of two. */
    static final class FlatMapSequential implements Pipeline {
        private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        private final Scheduler scheduler = Schedulers.fromExecutorService(pool);
        private final Work work;

        FlatMapSequential(Work work) {
            this.work = work;
        }

        @Override
        public void run(int jobs) {
            int[] expected = {0};
            Flux.range(0, jobs).flatMapSequential(i -> Mono.fromCallable(() -> {
                work.run(Peers.CONTEXT.get());
                return i;
            }).subscribeOn(scheduler), Peers.WINDOW, 1).doOnNext(i -> Peers.checkOrder(i, expected[0]++)).blockLast();
        }

        @Override
        public void close() {
            scheduler.dispose();
            pool.shutdown();
        }
    }
}
