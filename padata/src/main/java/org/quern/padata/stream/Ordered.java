package org.quern.padata.stream;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.stream.Gatherer;

import org.quern.kapi.Operation;
import org.quern.padata.Completion;
import org.quern.padata.Job;
import org.quern.padata.Padata;
import org.quern.padata.Shell;
import org.quern.padata.ShellOptions;
import org.quern.padata.Submission;
import org.quern.padata.Worker;

/** Parallel work with ordered results, in the forms of the platform. */
@Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
public final class Ordered {
    /** Elements under way at most, where nothing else is said. */
    static final int DEFAULT_WINDOW = 256;
    /** The largest window. */
    static final int MAX_WINDOW = 1 << 16;

    private Ordered() {}

    /**
     * Maps the elements of a stream in parallel; results leave in the order of the stream. As
     * {@link java.util.stream.Gatherers#mapConcurrent}, on the workers of an instance and not on a thread for each element, and
     * results leave as soon as they are there and their turn has come, not only with the next element but one.
     * <p>
     * Each evaluation of the stream has a shell of its own. At most 256 elements are under way; the stream's thread helps when
     * more come. What the function throws, the terminal operation throws, in its turn; elements behind it that have begun run to
     * their end. An interrupt of the stream's thread does not end the stream; the flag stays set.
     *
     * @param <T> element of the stream
     * @param <R> element of the result
     * @param padata whose workers map
     * @param function called from several threads at once; may return null
     * @return for {@link java.util.stream.Stream#gather}; may be used any number of times
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public static <T, R> Gatherer<T, ?, R> ordered(Padata padata, Function<? super T, ? extends R> function) {
        return ordered(padata, DEFAULT_WINDOW, function);
    }

    /**
     * {@link #ordered(Padata, Function)} with a window of its own.
     *
     * @param <T> element of the stream
     * @param <R> element of the result
     * @param padata whose workers map
     * @param window most elements under way, 2..65,536; rounded up to a power of two
     * @param function called from several threads at once; may return null
     * @return for {@link java.util.stream.Stream#gather}; may be used any number of times
     * @throws IllegalArgumentException if the window is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = {IllegalArgumentException.class, NullPointerException.class})
    public static <T, R> Gatherer<T, ?, R> ordered(Padata padata, int window,
            Function<? super T, ? extends R> function) {
        Objects.requireNonNull(padata, "padata");
        Objects.requireNonNull(function, "function");
        ShellOptions options = ShellOptions.defaults().withCapacity(checkWindow(window));
        return Gatherer.<T, OrderedWindow<T, R>, R>ofSequential(
                () -> new OrderedWindow<>(padata.newShell(options), function),
                Gatherer.Integrator.of((state, element, downstream) -> state.add(element, downstream::push)),
                (state, downstream) -> state.finish(downstream::push));
    }

    /**
     * Calls something in parallel; the futures of a shell complete in the order of submission, one after the other. Actions that
     * depend on a future and are not asynchronous run in that order too, in the shell's serial phase: they must not block.
     * A future that is cancelled before its call began is not called; its place in the order is kept either way.
     *
     * @param <R> the result
     * @param shell the order
     * @param call called once, on a worker or a helping submitter
     * @return the future; if the shell did not take the job, failed with a {@link RejectedExecutionException} that says why
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = NullPointerException.class)
    public static <R> CompletableFuture<R> call(Shell shell, Callable<? extends R> call) {
        Objects.requireNonNull(call, "call");
        return submit(shell, new FutureJob<>() {
            @Override
            void run(Worker worker) throws Exception {
                result = call.call();
            }
        });
    }

    /**
     * {@link #call} for what completes later: the worker is free as soon as the stage is made; the future completes in its turn.
     *
     * @param <R> the result
     * @param shell the order
     * @param call makes the stage; called once, on a worker or a helping submitter
     * @return the future; if the shell did not take the job, failed with a {@link RejectedExecutionException} that says why
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = NullPointerException.class)
    public static <R> CompletableFuture<R> compose(Shell shell, Callable<? extends CompletionStage<? extends R>> call) {
        Objects.requireNonNull(call, "call");
        return submit(shell, new FutureJob<>() {
            @Override
            void run(Worker worker) throws Exception {
                CompletionStage<? extends R> stage = Objects.requireNonNull(call.call(), "stage");
                Completion completion = worker.defer();
                stage.whenComplete((value, thrown) -> {
                    result = value;
                    if (thrown == null) {
                        completion.complete();
                    } else {
                        completion.fail(thrown);
                    }
                });
            }
        });
    }

    private static <R> CompletableFuture<R> submit(Shell shell, FutureJob<R> job) {
        Submission submission = Objects.requireNonNull(shell, "shell").submit(job);
        if (!submission.accepted()) {
            job.future.completeExceptionally(rejected(shell, submission));
        }
        return job.future;
    }

    static RejectedExecutionException rejected(Shell shell, Submission submission) {
        return new RejectedExecutionException("shell " + shell.name() + " did not take a job: " + submission.result());
    }

    static int checkWindow(int window) {
        if (window < 2 || window > MAX_WINDOW) {
            throw new IllegalArgumentException("window=" + window + ": must be 2.." + MAX_WINDOW);
        }
        return window;
    }

    /** A job whose future completes in the serial phase. */
    private abstract static class FutureJob<R> extends Job {
        final CompletableFuture<R> future = new CompletableFuture<>();
        /** Written in the parallel phase or by the completing stage, read in the serial phase; ordered by the job's own rules. */
        @SuppressWarnings("NullAway.Init")
        R result;

        abstract void run(Worker worker) throws Exception;

        @Override
        protected final void parallel(Worker worker) throws Exception {
            if (!future.isDone()) {
                run(worker);
            }
        }

        @Override
        protected final void serial() {
            future.complete(result);
        }

        @Override
        protected final void failed(Throwable cause) {
            future.completeExceptionally(cause);
        }
    }
}
