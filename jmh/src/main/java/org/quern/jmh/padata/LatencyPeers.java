package org.quern.jmh.padata;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** The peers, each with two threads for the work. */
final class LatencyPeers {
    private static final int WINDOW = 1024;
    private static final int THREADS = 2;

    private LatencyPeers() {}

    /** A blocking queue of futures, joined in order by a thread of its own. */
    static final class Futures implements LatencyPipeline {
        private static final long END = Long.MIN_VALUE;
        private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        private final BlockingQueue<CompletableFuture<Long>> queue = new ArrayBlockingQueue<>(WINDOW);
        private final Thread consumer;
        private final Work work;

        Futures(Work work, LongConsumer delivered) {
            this.work = work;
            consumer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    for (long due = queue.take().join(); due != END; due = queue.take().join()) {
                        delivered.accept(due);
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        @Override
        public void submit(long due) throws InterruptedException {
            queue.put(CompletableFuture.supplyAsync(() -> {
                work.run(Peers.CONTEXT.get());
                return due;
            }, pool));
        }

        @Override
        public void close() throws InterruptedException {
            queue.put(CompletableFuture.completedFuture(END));
            consumer.join();
            pool.shutdown();
        }
    }

    /** Reactor: a sink, flatMapSequential over a pool. */
    static final class FlatMapSequential implements LatencyPipeline {
        private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        private final Sinks.Many<Long> sink = Sinks.many().unicast().onBackpressureBuffer();
        private final CountDownLatch ended = new CountDownLatch(1);

        FlatMapSequential(Work work, LongConsumer delivered) {
            sink.asFlux().flatMapSequential(due -> Mono.fromCallable(() -> {
                work.run(Peers.CONTEXT.get());
                return due;
            }).subscribeOn(Schedulers.fromExecutorService(pool)), WINDOW, 1).doOnComplete(ended::countDown)
                    .subscribe(delivered::accept);
        }

        @Override
        public void submit(long due) {
            sink.emitNext(due, Sinks.EmitFailureHandler.FAIL_FAST);
        }

        @Override
        public void close() throws InterruptedException {
            sink.emitComplete(Sinks.EmitFailureHandler.FAIL_FAST);
            ended.await();
            pool.shutdown();
        }
    }

    /** Disruptor, a ring of 1024: two handlers share by parity, a third delivers. */
    static final class OfDisruptor implements LatencyPipeline {
        private static final class Slot {
            long due;
        }

        private final Disruptor<Slot> disruptor;

        OfDisruptor(Work work, LongConsumer delivered, boolean yielding) {
            disruptor = new Disruptor<>(Slot::new, WINDOW, DaemonThreadFactory.INSTANCE, ProducerType.SINGLE,
                    yielding ? new YieldingWaitStrategy() : new BlockingWaitStrategy());
            disruptor.handleEventsWith(half(work, 0), half(work, 1))
                    .then((slot, sequence, endOfBatch) -> delivered.accept(slot.due));
            disruptor.start();
        }

        private static EventHandler<Slot> half(Work work, int parity) {
            Work.Context context = new Work.Context();
            return (slot, sequence, endOfBatch) -> {
                if ((sequence & 1) == parity) {
                    work.run(context);
                }
            };
        }

        @Override
        public void submit(long due) {
            disruptor.publishEvent((slot, sequence) -> slot.due = due);
        }

        @Override
        public void close() {
            disruptor.shutdown();
        }
    }
}
