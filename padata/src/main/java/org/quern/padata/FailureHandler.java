package org.quern.padata;

import org.quern.kapi.Operation;

/** Told about exceptions that no job can be told about: those thrown by {@link Job#serial} and {@link Job#failed},
 * and by a {@link Job#parallel} whose job was deferred and is complete already. Must be thread-safe. */
@FunctionalInterface
public interface FailureHandler {
    /**
     * A serial callback threw. Called on the thread that ran the callback, at its place in the order; the shell goes on
     * with the next job afterwards. What this method throws is ignored. Only the library calls it: one call at a time
     * for each shell, but calls for different shells at once, and also for one shell when a job throws that has deferred
     * and is complete already (then from the thread of its parallel phase). It should not block: the shell waits for it.
     *
     * @param shell the shell whose callback threw
     * @param job the job; by now it may have been submitted again
     * @param thrown what was thrown
     */
    @Operation(threads = Operation.Threads.ANY)
    void callbackThrew(Shell shell, Job job, Throwable thrown);

    /**
     * The same for a keyed shell: one call at a time for each key, but calls for different keys at once. By default it is
     * logged with the platform logger {@code org.quern.padata}.
     *
     * @param shell the shell whose callback threw
     * @param job the job; by now it may have been submitted again
     * @param thrown what was thrown
     */
    @Operation(threads = Operation.Threads.ANY)
    default void keyedCallbackThrew(KeyedShell<?> shell, Job job, Throwable thrown) {
        System.getLogger("org.quern.padata").log(System.Logger.Level.ERROR,
                "a callback of keyed shell " + shell.name() + " threw", thrown);
    }
}
