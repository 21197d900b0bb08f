package org.quern.jmh.padata;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;

/** The small ones: the serial loop, one queue hop, ordered parallel streams, and a queue of futures. */
final class Peers {
    static final int WINDOW = 1024;
    static final ThreadLocal<Work.Context> CONTEXT = ThreadLocal.withInitial(Work.Context::new);

    private Peers() {}

    static void checkOrder(int number, int expected) {
        if (number != expected) {
            throw new IllegalStateException("expected " + expected + ", got " + number);
        }
    }

    /** The limit: one thread does everything. */
    static Pipeline serialLoop(Work work) {
        Work.Context context = new Work.Context();
        return jobs -> {
            for (int i = 0; i < jobs; i++) {
                work.run(context);
            }
        };
    }

    /** The yardstick: one hop through a JCTools queue to the thread that does everything. */
    static final class SpscHop implements Pipeline {
        private static final Object JOB = new Object();
        private final SpscVarHandleArrayQueue<Object> queue = new SpscVarHandleArrayQueue<>(WINDOW);
        private final Thread consumer;
        private volatile boolean stopping;
        private volatile long done;
        private long next;

        SpscHop(Work work) {
            Work.Context context = new Work.Context();
            consumer = Thread.ofPlatform().daemon().start(() -> {
                long count = 0;
                while (!stopping) {
                    if (queue.poll() == null) {
                        done = count;
                        Thread.onSpinWait();
                    } else {
                        work.run(context);
                        count++;
                    }
                }
            });
        }

        @Override
        public void run(int jobs) {
            for (int i = 0; i < jobs; i++) {
                while (!queue.offer(JOB)) {
                    Thread.onSpinWait();
                }
            }
            next += jobs;
        }

        @Override
        public void drain() {
            while (done != next) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void close() throws InterruptedException {
            drain();
            stopping = true;
            consumer.join();
        }
    }

    /** Windows of an ordered parallel stream. */
    static Pipeline parallelStream(Work work) {
        return jobs -> {
            for (int start = 0; start < jobs; start += WINDOW) {
                int[] results = IntStream.range(start, Math.min(jobs, start + WINDOW)).parallel().map(i -> {
                    work.run(CONTEXT.get());
                    return i;
                }).toArray();
                int expected = start;
                for (int result : results) {
                    checkOrder(result, expected++);
                }
            }
        };
    }

    /** A bounded queue of futures, completed by a pool of two, joined in order. */
    static final class Futures implements Pipeline {
        private final ExecutorService pool = Executors.newFixedThreadPool(2);
        private final ArrayDeque<CompletableFuture<Integer>> queue = new ArrayDeque<>(WINDOW);
        private final Work work;
        private int next;
        private int expected;

        Futures(Work work) {
            this.work = work;
        }

        @Override
        public void run(int jobs) {
            for (int i = 0; i < jobs; i++) {
                int number = next++;
                if (queue.size() == WINDOW) {
                    checkOrder(queue.poll().join(), expected++);
                }
                queue.add(CompletableFuture.supplyAsync(() -> {
                    work.run(CONTEXT.get());
                    return number;
                }, pool));
            }
        }

        @Override
        public void drain() {
            while (!queue.isEmpty()) {
                checkOrder(queue.poll().join(), expected++);
            }
        }

        @Override
        public void close() {
            drain();
            pool.shutdown();
        }
    }
}
