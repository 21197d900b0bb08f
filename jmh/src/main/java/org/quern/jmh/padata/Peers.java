package org.quern.jmh.padata;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;

/** The small ones: the serial loop, one queue hop, ordered parallel streams, and a queue of futures. */
final class Peers {
    private static final int WINDOW = 1024;
    private static final ThreadLocal<Work.Context> CONTEXT = ThreadLocal.withInitial(Work.Context::new);

    private Peers() {}

    /** The limit: one thread does everything. */
    static Pipeline serialLoop(Work work) {
        Work.Context context = new Work.Context();
        return jobs -> {
            long delivered = 0;
            for (int i = 0; i < jobs; i++) {
                work.run(context);
                delivered++;
            }
            return delivered;
        };
    }

    /** The yardstick: one hop through a JCTools queue to the thread that does everything. */
    static final class SpscHop implements Pipeline {
        private static final Object JOB = new Object();
        private final SpscVarHandleArrayQueue<Object> queue = new SpscVarHandleArrayQueue<>(WINDOW);
        private final Thread consumer;
        private volatile boolean stopping;
        private volatile long done;

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
        public long run(int jobs) {
            long before = done;
            for (int i = 0; i < jobs; i++) {
                while (!queue.offer(JOB)) {
                    Thread.onSpinWait();
                }
            }
            while (done != before + jobs) {
                Thread.onSpinWait();
            }
            return jobs;
        }

        @Override
        public void close() throws InterruptedException {
            stopping = true;
            consumer.join();
        }
    }

    /** Windows of an ordered parallel stream. */
    static Pipeline parallelStream(Work work) {
        return jobs -> {
            long delivered = 0;
            for (int start = 0; start < jobs; start += WINDOW) {
                int[] results = IntStream.range(start, Math.min(jobs, start + WINDOW)).parallel().map(i -> {
                    work.run(CONTEXT.get());
                    return i;
                }).toArray();
                for (int result : results) {
                    delivered += result == delivered ? 1 : Integer.MIN_VALUE;
                }
            }
            return delivered;
        };
    }

    /** A bounded queue of futures, completed by a pool of two, joined in order. */
    static final class Futures implements Pipeline {
        private final ExecutorService pool = Executors.newFixedThreadPool(2);
        private final ArrayDeque<CompletableFuture<Integer>> queue = new ArrayDeque<>(WINDOW);
        private final Work work;

        Futures(Work work) {
            this.work = work;
        }

        @Override
        public long run(int jobs) {
            long delivered = 0;
            for (int i = 0; i < jobs; i++) {
                int number = i;
                if (queue.size() == WINDOW) {
                    delivered += queue.poll().join() >= 0 ? 1 : 0;
                }
                queue.add(CompletableFuture.supplyAsync(() -> {
                    work.run(CONTEXT.get());
                    return number;
                }, pool));
            }
            while (!queue.isEmpty()) {
                delivered += queue.poll().join() >= 0 ? 1 : 0;
            }
            return delivered;
        }

        @Override
        public void close() {
            pool.shutdown();
        }
    }
}
