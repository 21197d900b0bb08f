package org.quern.padata.stream;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.padata.Job;
import org.quern.padata.Padata;
import org.quern.padata.Shell;
import org.quern.padata.ShellOptions;
import org.quern.padata.Submission;
import org.quern.padata.Worker;

/**
 * A processor of reactive streams that maps in parallel and publishes in the order of its input, to one subscriber.
 * <pre>
 *   upstream --onNext--&gt; [ shell ] --serial phase--&gt; [ results ] --drain, as far as demanded--&gt; subscriber
 *       &lt;--request-- as many as were delivered; never more than the window is out
 * </pre>
 * Rules of <a href="https://www.reactive-streams.org">Reactive Streams</a> 1.0.4 hold; its TCK is part of the tests. What the
 * function throws reaches the subscriber as {@code onError} in its turn, after the results of all earlier elements, and
 * cancels upstream. An {@code onError} of upstream also comes in its turn. A second subscriber is refused by {@code onError}.
 * <p>
 * Thread-safe. The subscriber is called by one thread at a time: in a serial phase of the processor's own shell, or in
 * {@code request}. No thread waits here. Memory is bounded by the window.
 *
 * @param <T> what comes in
 * @param <R> what goes out
 */
@Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
public final class OrderedProcessor<T, R> implements Flow.Processor<T, R> {
    // Invariants.
    //   out: elements asked of upstream and not yet delivered; never more than the window, so neither the shell nor
    //        results can be full.
    //   results has one producer, the serial phase, and one consumer, whoever holds the drain: raised wip from 0.
    //   Everything that may change what the drain finds (a result, demand, an end, a subscriber) is stored first, then wip is
    //   raised: the holder goes round again (read-modify-writes of one word; no signal is lost).
    private static final Object END = new Object();

    private final Function<? super T, ? extends R> function;
    private final int window;
    private final Shell shell;
    private final Queue<Object> results;
    private final AtomicInteger wip = new AtomicInteger();
    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger underWay = new AtomicInteger(); // submitted, serial phase not yet entered
    private volatile Flow.@Nullable Subscription upstream;
    private volatile Flow.@Nullable Subscriber<? super R> subscriber;
    private volatile boolean subscribed;
    private volatile boolean greeted; // onSubscribe of the subscriber has returned
    private volatile @Nullable Object upstreamEnd; // END or what upstream failed with
    private volatile boolean cancelled;
    private volatile @Nullable IllegalArgumentException badRequest;
    private boolean over; // guarded by the drain
    private int delivered; // since the last request; guarded by the drain

    private OrderedProcessor(Padata padata, int window, Function<? super T, ? extends R> function) {
        this.function = function;
        this.window = window;
        shell = padata.newShell(ShellOptions.defaults().withCapacity(Math.max(2, window)));
        results = new SpscVarHandleArrayQueue<>(Math.max(2, window));
    }

    /**
     * A processor with a window of 256.
     *
     * @param <T> what comes in
     * @param <R> what goes out
     * @param padata whose workers map; not to be closed while the processor is in use
     * @param function called from several threads at once; must not return null
     * @return the processor; its shell is closed when it has ended
     * @throws IllegalStateException if the instance is closed or has too many shells
     */
    @Operation(threads = Operation.Threads.ANY, errors = {IllegalStateException.class, NullPointerException.class})
    public static <T, R> OrderedProcessor<T, R> of(Padata padata, Function<? super T, ? extends R> function) {
        return of(padata, Ordered.DEFAULT_WINDOW, function);
    }

    /**
     * A processor.
     *
     * @param <T> what comes in
     * @param <R> what goes out
     * @param padata whose workers map; not to be closed while the processor is in use
     * @param window most elements asked of upstream and not yet delivered, 1..65,536
     * @param function called from several threads at once; must not return null
     * @return the processor; its shell is closed when it has ended
     * @throws IllegalArgumentException if the window is out of range
     * @throws IllegalStateException if the instance is closed or has too many shells
     */
    @Operation(threads = Operation.Threads.ANY, errors = {IllegalArgumentException.class, IllegalStateException.class,
            NullPointerException.class})
    public static <T, R> OrderedProcessor<T, R> of(Padata padata, int window,
            Function<? super T, ? extends R> function) {
        Objects.requireNonNull(padata, "padata");
        Objects.requireNonNull(function, "function");
        if (window < 1 || window > Ordered.MAX_WINDOW) {
            throw new IllegalArgumentException("window=" + window + ": must be 1.." + Ordered.MAX_WINDOW);
        }
        return new OrderedProcessor<>(padata, window, function);
    }

    // ---- upstream's side ----

    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        Objects.requireNonNull(subscription, "subscription");
        synchronized (this) {
            if (upstream != null || cancelled) {
                subscription.cancel();
                return;
            }
            upstream = subscription;
        }
        subscription.request(window);
        drain(); // a cancel may have come before there was anything to cancel
    }

    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = NullPointerException.class)
    @Override
    public void onNext(T element) {
        Objects.requireNonNull(element, "element");
        if (cancelled || upstreamEnd != null) {
            return;
        }
        underWay.incrementAndGet();
        Submission submission = shell.submit(new Mapping(element));
        if (!submission.accepted()) {
            underWay.decrementAndGet();
            Flow.Subscription source = upstream;
            if (source != null) {
                source.cancel();
            }
            onError(Ordered.rejected(shell, submission));
        }
    }

    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = NullPointerException.class)
    @Override
    public void onError(Throwable thrown) {
        end(Objects.requireNonNull(thrown, "thrown"));
    }

    @Operation(threads = Operation.Threads.ONE_AT_A_TIME)
    @Override
    public void onComplete() {
        end(END);
    }

    private void end(Object how) {
        if (upstreamEnd == null) {
            upstreamEnd = how;
            drain();
        }
    }

    // ---- the subscriber's side ----

    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    @Override
    public void subscribe(Flow.Subscriber<? super R> wanting) {
        Objects.requireNonNull(wanting, "wanting");
        synchronized (this) {
            if (subscribed) {
                wanting.onSubscribe(new Refused());
                wanting.onError(new IllegalStateException("this processor has a subscriber already"));
                return;
            }
            subscribed = true;
            subscriber = wanting;
        }
        wanting.onSubscribe(new Demand());
        greeted = true;
        drain();
    }

    /** Delivers what can be delivered, unless another thread is at it, which then goes round again. */
    private void drain() {
        if (wip.getAndIncrement() != 0) {
            return;
        }
        int rounds = 1;
        do {
            turn();
            rounds = wip.addAndGet(-rounds);
        } while (rounds != 0);
    }

    private void turn() {
        Flow.Subscriber<? super R> to = subscriber;
        if (over) {
            results.clear();
        } else if (cancelled) {
            finish();
        } else if (to != null && greeted) {
            if (badRequest != null) {
                finish();
                to.onError(badRequest);
            } else {
                deliver(to);
            }
        }
    }

    @SuppressWarnings("unchecked") // results are R or Failed
    private void deliver(Flow.Subscriber<? super R> to) {
        long wanted = demand.get();
        long given = 0;
        while (!cancelled) {
            boolean nothingUnderWay = upstreamEnd != null && underWay.get() == 0; // read before the queue: a result comes first
            Object next = results.peek();
            if (next instanceof Failed failed) {
                finish();
                to.onError(failed.cause());
                return;
            }
            if (next == null) {
                if (nothingUnderWay) {
                    complete(to);
                    return;
                }
                break;
            }
            if (given == wanted) {
                break;
            }
            results.poll();
            given++;
            to.onNext((R) next);
            askForMore();
        }
        if (given != 0 && wanted != Long.MAX_VALUE) {
            demand.addAndGet(-given);
        }
    }

    private void askForMore() {
        Flow.Subscription source = upstream;
        if (++delivered >= Math.max(1, window / 4) && source != null && upstreamEnd == null) {
            int n = delivered;
            delivered = 0;
            source.request(n);
        }
    }

    private void complete(Flow.Subscriber<? super R> to) {
        Object end = upstreamEnd;
        finish();
        if (end instanceof Throwable thrown) {
            to.onError(thrown);
        } else {
            to.onComplete();
        }
    }

    /** Over, one way or another: lets go of everything. */
    private void finish() {
        over = true;
        cancelled = true;
        subscriber = null;
        Flow.Subscription source = upstream;
        if (source != null && upstreamEnd == null) {
            source.cancel();
        }
        results.clear();
        // Not here: this may be a serial phase of that very shell, and closing waits for it.
        ShellEnd.closeElsewhere(shell);
    }

    /** What the function threw, in the place of a result. */
    private record Failed(Throwable cause) {}

    /** One element. */
    private final class Mapping extends Job {
        private final T element;
        private @Nullable R result;

        Mapping(T element) {
            this.element = element;
        }

        @Override
        protected void parallel(Worker worker) {
            if (!cancelled) {
                result = Objects.requireNonNull(function.apply(element), "the function returned null");
            }
        }

        @Override
        protected void serial() {
            R ready = result;
            arrive(ready); // null only if cancelled
        }

        @Override
        protected void failed(Throwable cause) {
            arrive(new Failed(cause));
        }

        private void arrive(@Nullable Object what) {
            if (what != null && !cancelled && !results.offer(what)) { // there is room for all that was requested
                upstreamEnd = new IllegalStateException("upstream sent more than the " + window + " requested");
            }
            underWay.decrementAndGet();
            drain();
        }
    }

    /** What the subscriber holds. */
    private final class Demand implements Flow.Subscription {
        @Override
        public void request(long n) {
            if (n <= 0) {
                badRequest = new IllegalArgumentException("n=" + n + ": must be positive (Reactive Streams 3.9)");
            } else {
                demand.accumulateAndGet(n, (have, more) -> have > Long.MAX_VALUE - more ? Long.MAX_VALUE : have + more);
            }
            drain();
        }

        @Override
        public void cancel() {
            cancelled = true;
            drain();
        }
    }

    /** What a refused subscriber gets. */
    private static final class Refused implements Flow.Subscription {
        @Override
        public void request(long n) {
            // Nothing will come.
        }

        @Override
        public void cancel() {
            // Nothing to cancel.
        }
    }
}
