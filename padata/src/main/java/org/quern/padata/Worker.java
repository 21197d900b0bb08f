package org.quern.padata;

/**
 * The place where a {@link Job#parallel} call runs: a worker thread of the instance, or a submitting thread that helps.
 * It carries the context object made by {@link PadataOptions#workerContext}, so that ciphers, buffers and the like need
 * no thread-local: at any time at most one call uses a given worker and its context.
 * <p>
 * Valid only inside the {@code parallel} call it was passed to.
 */
public final class Worker {
    private final java.util.Map<Class<?>, Object> contexts = new java.util.HashMap<>();

    Worker() {}

    /**
     * The context object of this worker.
     *
     * @param <T> the type of the context
     * @param type what {@link PadataOptions#workerContext} makes, or a supertype of it
     * @return this worker's context, always the same object
     * @throws IllegalStateException if the instance was opened without a worker context
     * @throws ClassCastException if the context is not a {@code type}
     */
    public <T> T context(Class<T> type) {
        if (contexts.containsKey(type)) {
            return type.cast(java.util.Objects.requireNonNull(contexts.get(type)));
        }
        throw new IllegalStateException("no worker context: open the instance with PadataOptions.workerContext");
    }

    /**
     * The number of this worker.
     *
     * @return 0 to workers-1 for a worker thread of the instance, -1 for a submitting thread that helps
     */
    public int index() {
        return -1;
    }

    /**
     * The CPU this worker is bound to.
     *
     * @return the CPU number, or -1 if the worker is not pinned
     */
    public int cpu() {
        return -1;
    }

    /**
     * Defers completion of the job that is running on this worker: returning from {@link Job#parallel} does not
     * complete it any more, the token does. A job that throws after this call fails through the token: the token is
     * used up. Allocates the token (the one allocation in the life of a job).
     *
     * @return the token
     * @throws IllegalStateException if called outside {@code parallel}, from another thread, or twice for one job
     */
    public Completion defer() {
        return new Completion();
    }
}
