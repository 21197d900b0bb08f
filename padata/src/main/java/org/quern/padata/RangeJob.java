package org.quern.padata;

import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * A range to be handled in pieces by several threads: what, and how finely. Immutable, hence thread-safe, and may be run any
 * number of times; each method returns a changed copy.
 * <p>
 * How it is cut, in job-specific units: threads = size / max(minChunk, align), at least 1 and at most maxThreads; with one
 * thread the body is called once with the whole range. Otherwise chunk = max(size / (4 x threads that take part), minChunk),
 * rounded up to a multiple of align, and pieces end at absolute multiples of chunk.
 */
@Operation(threads = Operation.Threads.ANY, errors = {IllegalArgumentException.class, NullPointerException.class})
public final class RangeJob {
    final long start;
    final long size;
    final long align;
    final long minChunk;
    final int maxThreads;
    final boolean numaAware;
    final long nanos;
    final @Nullable BooleanSupplier cancelled;
    final @Nullable LongConsumer progress;

    private RangeJob(long start, long size, long align, long minChunk, int maxThreads, boolean numaAware, long nanos,
            @Nullable BooleanSupplier cancelled, @Nullable LongConsumer progress) {
        this.start = start;
        this.size = size;
        this.align = align;
        this.minChunk = minChunk;
        this.maxThreads = maxThreads;
        this.numaAware = numaAware;
        this.nanos = nanos;
        this.cancelled = cancelled;
        this.progress = progress;
    }

    /**
     * A range without alignment, pieces of any size, as many threads as there are.
     *
     * @param start first unit, 0 or more
     * @param size units, 0 or more; {@code start + size} must not exceed 2^63-1
     * @return the job
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static RangeJob over(long start, long size) {
        atLeast("start", start, 0);
        atLeast("size", size, 0);
        if (size > Long.MAX_VALUE - start) {
            throw new IllegalArgumentException("size=" + size + ": start=" + start + " plus size exceeds 2^63-1");
        }
        return new RangeJob(start, size, 1, 1, Integer.MAX_VALUE, false, Long.MAX_VALUE, null, null);
    }

    /**
     * Boundaries between pieces are multiples of this.
     *
     * @param units 1 or more
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public RangeJob align(long units) {
        return new RangeJob(start, size, atLeast("units", units, 1), minChunk, maxThreads, numaAware, nanos, cancelled,
                progress);
    }

    /**
     * The least that is worth giving to a thread at a time.
     *
     * @param units 1 or more
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public RangeJob minChunk(long units) {
        return new RangeJob(start, size, align, atLeast("units", units, 1), maxThreads, numaAware, nanos, cancelled,
                progress);
    }

    /**
     * The most threads to use, the caller included.
     *
     * @param threads 1 or more
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public RangeJob maxThreads(int threads) {
        return new RangeJob(start, size, align, minChunk, (int) atLeast("threads", threads, 1), numaAware, nanos,
                cancelled, progress);
    }

    /**
     * Whether each helper runs on the CPUs of the memory node after the one used last, in turn; the turn goes on from job to
     * job. The caller stays where it is. Without effect where there is one node, or where affinity cannot be set.
     *
     * @param wanted true to spread over nodes
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY)
    public RangeJob numaAware(boolean wanted) {
        return new RangeJob(start, size, align, minChunk, maxThreads, wanted, nanos, cancelled, progress);
    }

    /**
     * Asked before each piece; once true no further piece is begun. Called from several threads at once; what it throws ends
     * the job like a failing piece.
     *
     * @param condition whether to stop
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public RangeJob cancelledWhen(BooleanSupplier condition) {
        return new RangeJob(start, size, align, minChunk, maxThreads, numaAware, nanos,
                Objects.requireNonNull(condition, "condition"), progress);
    }

    /**
     * After this time no further piece is begun. A piece that has begun is not interrupted.
     *
     * @param time zero or more; more than 292 years is for ever
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY, errors = {IllegalArgumentException.class, NullPointerException.class})
    public RangeJob within(Duration time) {
        return new RangeJob(start, size, align, minChunk, maxThreads, numaAware,
                Padata.nanos(Objects.requireNonNull(time, "time")), cancelled, progress);
    }

    /**
     * Told how many units are done, ascending, by one thread at a time: after a piece unless another thread is in the callback
     * just then, and by the caller at the end. What it throws ends the job like a failing piece.
     *
     * @param listener the callback
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public RangeJob onProgress(LongConsumer listener) {
        return new RangeJob(start, size, align, minChunk, maxThreads, numaAware, nanos, cancelled,
                Objects.requireNonNull(listener, "listener"));
    }

    private static long atLeast(String parameter, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(parameter + "=" + value + ": must be " + least + " or more");
        }
        return value;
    }
}
