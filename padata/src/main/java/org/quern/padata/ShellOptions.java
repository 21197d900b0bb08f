package org.quern.padata;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.padata.run.Waiters;

/**
 * How to make a shell. Immutable, hence thread-safe; each method returns a changed copy, at the cost of that copy, and
 * nothing here blocks. Start from {@link #defaults}. A null argument is refused with a {@link NullPointerException} that
 * names it.
 */
@Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
public final class ShellOptions {
    /** The largest ring. */
    public static final int MAX_CAPACITY = 1 << 20;

    private static final ShellOptions DEFAULTS = new ShellOptions(new Draft());

    private final Draft values;

    private ShellOptions(Draft values) {
        this.values = values;
    }

    /**
     * The instance's defaults throughout.
     *
     * @return the options
     */
    @Operation(threads = Operation.Threads.ANY)
    public static ShellOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Sets the label for reports; by default one is made from a counter.
     *
     * @param name the label
     * @return the changed copy
     */
    public ShellOptions named(String name) {
        Objects.requireNonNull(name, "name");
        return with(d -> d.name = name);
    }

    /**
     * Sets the ring's capacity.
     *
     * @param jobs jobs in flight at most: 2 to 2^20, rounded up to a power of two; 0 for the instance's default. What
     *        became of it is {@link Shell#capacity}
     * @return the changed copy
     * @throws IllegalArgumentException if out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public ShellOptions withCapacity(int jobs) {
        if (jobs != 0 && (jobs < 2 || jobs > MAX_CAPACITY)) {
            throw new IllegalArgumentException("capacity=" + jobs + ": must be 2.." + MAX_CAPACITY + ", or 0");
        }
        return with(d -> d.capacity = jobs);
    }

    /**
     * Sets the policy for a full ring; by default the instance's.
     *
     * @param policy the policy
     * @return the changed copy
     */
    public ShellOptions withBackpressure(Backpressure policy) {
        Objects.requireNonNull(policy, "policy");
        return with(d -> d.givenWhenFull = policy);
    }

    /**
     * Sets how long a submission waits for room, under {@link Backpressure#BLOCK} and {@link Backpressure#CALLER_RUNS}; by
     * default without bound. The time counts from the first look at the full ring.
     *
     * @param time zero does not wait at all; more than 292 years waits for ever
     * @return the changed copy
     * @throws IllegalArgumentException if negative
     */
    @Operation(threads = Operation.Threads.ANY, errors = {NullPointerException.class, IllegalArgumentException.class})
    public ShellOptions waitAtMost(Duration time) {
        long nanos = Padata.nanos("time", time);
        return with(d -> d.waitNanos = nanos);
    }

    /**
     * Sets who serialises; by default the callback CPU's worker where the instance has serial CPUs, otherwise inline.
     *
     * @param mode the mode
     * @return the changed copy
     */
    public ShellOptions withSerialMode(SerialMode mode) {
        Objects.requireNonNull(mode, "mode");
        return with(d -> d.serialMode = mode);
    }

    /**
     * Sets the default callback CPU; by default shells are spread over the serial mask.
     *
     * @param cpu any number; see {@link Shell#submit(Job, int)}
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY)
    public ShellOptions withCallbackCpu(int cpu) {
        return with(d -> d.callbackCpu = cpu);
    }

    /**
     * Says that one thread only will submit: then a submission needs no compare-and-set. The shell belongs to the first
     * thread that submits to it; the others get an {@link IllegalStateException}, also from inside callbacks. Jobs are
     * completed, and the shell closed, by any thread as ever.
     * <p>
     * What is given up: a job that two threads submit in the very same instant, one of them to such a shell, may be
     * accepted twice.
     *
     * @param single whether
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY)
    public ShellOptions singleProducer(boolean single) {
        return with(d -> d.singleProducer = single);
    }

    /**
     * Sets whether a submission waits while masks are being replaced, which takes microseconds to milliseconds, instead
     * of returning {@link SubmitResult#BUSY}. On by default.
     *
     * @param retry whether
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY)
    public ShellOptions retryWhenBusy(boolean retry) {
        return with(d -> d.retryWhenBusy = retry);
    }

    /** The values, with the instance's where none was given; shared by all shells made from equal options. */
    Draft resolve(PadataOptions.Draft defaults) {
        if (values.capacity != 0 && values.givenWhenFull != null) {
            return values;
        }
        Draft resolved = new Draft(values);
        resolved.capacity = values.capacity != 0 ? values.capacity : defaults.ringCapacity;
        resolved.whenFull = values.givenWhenFull != null ? values.givenWhenFull : defaults.whenFull;
        return resolved;
    }

    private ShellOptions with(Consumer<Draft> change) {
        Draft copy = new Draft(values);
        change.accept(copy);
        copy.whenFull = copy.givenWhenFull != null ? copy.givenWhenFull : copy.whenFull;
        return new ShellOptions(copy);
    }

    /** The values while a copy is being changed; never changed after {@link #with} or {@link #resolve} returns. */
    static final class Draft {
        @Nullable
        String name;
        int capacity;
        @Nullable
        Backpressure givenWhenFull;
        Backpressure whenFull = Backpressure.CALLER_RUNS;
        long waitNanos = Waiters.FOREVER;
        @Nullable
        SerialMode serialMode;
        @Nullable
        Integer callbackCpu;
        boolean singleProducer;
        boolean retryWhenBusy = true;
        /** The jobs of a {@link SlotShell}; null in any other. */
        Job @Nullable [] slots;

        Draft() {}

        Draft(Draft from) {
            name = from.name;
            capacity = from.capacity;
            givenWhenFull = from.givenWhenFull;
            whenFull = from.whenFull;
            waitNanos = from.waitNanos;
            serialMode = from.serialMode;
            callbackCpu = from.callbackCpu;
            singleProducer = from.singleProducer;
            retryWhenBusy = from.retryWhenBusy;
        }
    }
}
