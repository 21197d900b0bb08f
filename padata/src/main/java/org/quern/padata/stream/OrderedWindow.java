package org.quern.padata.stream;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.quern.padata.Job;
import org.quern.padata.Shell;
import org.quern.padata.Submission;
import org.quern.padata.SubmitResult;
import org.quern.padata.Worker;

/**
 * The elements of one stream that are under way: a ring of reusable jobs, used by the stream's thread.
 * <pre>
 *     head: oldest element not yet pushed          tail: where the next element goes
 *       |                                            |
 *     [ done | done | under way | done | under way |   ...   ]      2 x capacity of the shell
 * </pre>
 * There are twice as many places as the shell has room for, so that the shell is full first: then submitting helps, and the
 * stream's thread works instead of waiting. Serial phases of the shell only raise {@code done}: the push happens on the stream's
 * thread, as a stream demands.
 */
final class OrderedWindow<T, R> {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Shell shell;
    private final Function<? super T, ? extends R> function;
    private final Place<T, R>[] places;
    private final AtomicBoolean over = new AtomicBoolean();
    private final Cleaner.Cleanable closer;
    private long head;
    private long tail;

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    OrderedWindow(Shell shell, Function<? super T, ? extends R> function) {
        this.shell = shell;
        this.function = function;
        this.places = new Place[shell.capacity() * 2];
        // A stream whose source throws just forgets its gatherers: then this window becomes unreachable.
        this.closer = CLEANER.register(this, new End(shell, over));
    }

    /** Submits an element, and pushes what is ready. */
    boolean add(T element, Predicate<? super R> downstream) {
        if (tail - head == places.length) {
            await(place(head));
            if (!push(downstream)) {
                return false;
            }
        }
        Place<T, R> place = place(tail);
        place.begin(element, function, over);
        submit(place);
        tail++;
        while (head < tail && place(head).doneAcquire()) {
            if (!push(downstream)) {
                return false;
            }
        }
        return true;
    }

    /** Submits; an interrupt makes a full shell refuse, but does not end the stream: once more, and the flag is set again. */
    private void submit(Place<T, R> place) {
        boolean interrupted = false;
        Submission submission = shell.submit(place);
        while (submission.result() == SubmitResult.FULL && Thread.interrupted()) {
            interrupted = true;
            submission = shell.submit(place);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!submission.accepted()) {
            throw ended(Ordered.rejected(shell, submission));
        }
    }

    /** Waits for all that is under way, and pushes it. */
    void finish(Predicate<? super R> downstream) {
        boolean wanted = true;
        while (wanted && head < tail) {
            await(place(head));
            wanted = push(downstream);
        }
        closer.clean();
    }

    private Place<T, R> place(long number) {
        int at = (int) (number & places.length - 1);
        Place<T, R> place = places[at];
        if (place == null) {
            place = places[at] = new Place<>();
        }
        return place;
    }

    /** Pushes the head, which is done; false if downstream wants no more. */
    private boolean push(Predicate<? super R> downstream) {
        Place<T, R> place = place(head++);
        Throwable thrown = place.failure;
        if (thrown != null) {
            throw ended(thrown);
        }
        boolean wanted;
        try {
            wanted = downstream.test(place.takeResult());
        } catch (Throwable t) {
            throw ended(t);
        }
        return wanted;
    }

    private void await(Place<T, R> place) {
        boolean interrupted = false;
        place.waiter = Thread.currentThread(); // volatile; pairs with serial: it raises done, then looks for a waiter
        while (!place.done) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        place.waiter = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private RuntimeException ended(Throwable cause) {
        closer.clean();
        return OrderedWindow.<RuntimeException>sneak(cause);
    }

    /** The stream throws just what the function threw. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException sneak(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** The end of a stream, or of a window nobody can reach; must not refer to the window. */
    private record End(Shell shell, AtomicBoolean over) implements Runnable {
        @Override
        public void run() {
            over.set(true); // what has not begun returns at once
            ShellEnd.close(shell);
        }
    }

    /** One element under way. */
    private static final class Place<T, R> extends Job {
        private @Nullable T element;
        private @Nullable Function<? super T, ? extends R> function;
        private @Nullable AtomicBoolean over;
        private @Nullable R result;
        @Nullable
        Throwable failure;
        volatile boolean done;
        volatile @Nullable Thread waiter;

        void begin(T next, Function<? super T, ? extends R> mapping, AtomicBoolean nobodyWants) {
            element = next;
            function = mapping;
            over = nobodyWants;
            failure = null;
            done = false;
        }

        boolean doneAcquire() {
            return done;
        }

        @SuppressWarnings("NullAway") // null is a result like any other
        R takeResult() {
            R taken = result;
            result = null;
            return taken;
        }

        @Override
        @SuppressWarnings("NullAway") // both were set by begin; null is an element like any other
        protected void parallel(Worker worker) {
            if (!over.get()) {
                result = function.apply(element);
            }
        }

        @Override
        protected void serial() {
            end();
        }

        @Override
        protected void failed(Throwable cause) {
            failure = cause;
            end();
        }

        private void end() {
            element = null;
            Thread thread;
            done = true; // volatile; pairs with the stream's thread: it announces itself, then looks at done
            if ((thread = waiter) != null) {
                LockSupport.unpark(thread);
            }
        }
    }
}
