package org.quern.padata;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * How to make a keyed shell. Immutable, hence thread-safe; each method returns a changed copy. Start from
 * {@link #defaults}.
 */
@Operation(threads = Operation.Threads.ANY)
public final class KeyedShellOptions {
    private static final KeyedShellOptions DEFAULTS = new KeyedShellOptions(null, 1024, 1024);

    final @Nullable String name;
    final int jobsOfAKey;
    final int jobsWaiting;

    private KeyedShellOptions(@Nullable String name, int jobsOfAKey, int jobsWaiting) {
        this.name = name;
        this.jobsOfAKey = jobsOfAKey;
        this.jobsWaiting = jobsWaiting;
    }

    /**
     * 1024 jobs for each key, 1024 jobs that wait for a worker.
     *
     * @return the options
     */
    public static KeyedShellOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Labels the shell.
     *
     * @param label the label
     * @return the changed copy
     * @throws NullPointerException if it is null
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public KeyedShellOptions named(String label) {
        return new KeyedShellOptions(Objects.requireNonNull(label, "label"), jobsOfAKey, jobsWaiting);
    }

    /**
     * Sets how many jobs a key may have in flight; the next one gets {@link SubmitResult#FULL}.
     *
     * @param jobs 1 to 2^20
     * @return the changed copy
     * @throws IllegalArgumentException if out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public KeyedShellOptions jobsOfAKey(int jobs) {
        return new KeyedShellOptions(name, check(jobs, 1), jobsWaiting);
    }

    /**
     * Sets how many jobs, of all keys, may wait for a worker; the next one gets {@link SubmitResult#DROPPED}.
     *
     * @param jobs 2 to 2^20, rounded up to a power of two
     * @return the changed copy
     * @throws IllegalArgumentException if out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public KeyedShellOptions jobsWaiting(int jobs) {
        return new KeyedShellOptions(name, jobsOfAKey, check(jobs, 2));
    }

    private static int check(int jobs, int min) {
        if (jobs < min || jobs > ShellOptions.MAX_CAPACITY) {
            throw new IllegalArgumentException("jobs=" + jobs + ": must be " + min + ".." + ShellOptions.MAX_CAPACITY);
        }
        return jobs;
    }
}
