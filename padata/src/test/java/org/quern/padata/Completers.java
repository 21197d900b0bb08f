package org.quern.padata;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Foreign threads that complete deferred jobs, a handful at a time in random order. */
final class Completers implements AutoCloseable {
    private record Pending(Completion token, boolean fails) {
        void complete() {
            if (fails) {
                token.fail(new IllegalStateException("wanted"));
            } else {
                token.complete();
            }
        }
    }

    private final LinkedBlockingQueue<Pending> pending = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    Completers(int count, long seed) {
        for (int i = 0; i < count; i++) {
            SplittableRandom random = new SplittableRandom(seed + i);
            threads.add(Thread.ofPlatform().name("completer-" + i).start(() -> loop(random)));
        }
    }

    void add(Completion token, boolean fails) {
        pending.add(new Pending(token, fails));
    }

    private void loop(SplittableRandom random) {
        List<Pending> mine = new ArrayList<>();
        while (!stopping || !pending.isEmpty()) {
            try {
                Pending first = pending.poll(1, TimeUnit.MILLISECONDS);
                if (first != null) {
                    mine.add(first);
                    pending.drainTo(mine, random.nextInt(8));
                }
            } catch (InterruptedException e) {
                return;
            }
            while (!mine.isEmpty()) {
                mine.remove(random.nextInt(mine.size())).complete();
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
