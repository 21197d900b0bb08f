package org.quern.padata;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * How to make a shell. Immutable, hence thread-safe; each method returns a changed copy, at the cost of that copy.
 *
 * @param name label for reports, or null for one made from a counter
 * @param capacity jobs in flight at most: 2 to 2^20, rounded up to a power of two; 0 for the instance's default
 * @param whenFull what submit does on a full ring, or null for the instance's default
 * @param serialMode who serialises, or null: ON_CALLBACK_CPU if the instance has serial CPUs, otherwise INLINE
 * @param callbackCpu the default callback CPU, any number; see {@link Shell#submit(Job, int)}. By default shells are
 *        spread over the serial mask
 */
@Operation(threads = Operation.Threads.ANY)
public record ShellOptions(@Nullable String name, int capacity, @Nullable Backpressure whenFull,
        @Nullable SerialMode serialMode, @Nullable Integer callbackCpu) {
    /** The largest ring. */
    public static final int MAX_CAPACITY = 1 << 20;

    /**
     * Checks the capacity.
     *
     * @throws IllegalArgumentException if the capacity is neither 0 nor in its range
     */
    public ShellOptions {
        if (capacity != 0 && (capacity < 2 || capacity > MAX_CAPACITY)) {
            throw new IllegalArgumentException("capacity=" + capacity + ": must be 2.." + MAX_CAPACITY + ", or 0");
        }
    }

    /**
     * The instance's defaults throughout.
     *
     * @return the options
     */
    public static ShellOptions defaults() {
        return new ShellOptions(null, 0, null, null, null);
    }

    /**
     * Sets the label.
     *
     * @param newName the label
     * @return the changed copy
     */
    public ShellOptions named(String newName) {
        return new ShellOptions(newName, capacity, whenFull, serialMode, callbackCpu);
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
        return new ShellOptions(name, jobs, whenFull, serialMode, callbackCpu);
    }

    /**
     * Sets the policy for a full ring.
     *
     * @param policy the policy
     * @return the changed copy
     */
    public ShellOptions withBackpressure(Backpressure policy) {
        return new ShellOptions(name, capacity, policy, serialMode, callbackCpu);
    }

    /**
     * Sets who serialises.
     *
     * @param mode the mode
     * @return the changed copy
     */
    public ShellOptions withSerialMode(SerialMode mode) {
        return new ShellOptions(name, capacity, whenFull, mode, callbackCpu);
    }

    /**
     * Sets the default callback CPU.
     *
     * @param cpu any number; see {@link Shell#submit(Job, int)}
     * @return the changed copy
     */
    public ShellOptions withCallbackCpu(int cpu) {
        return new ShellOptions(name, capacity, whenFull, serialMode, cpu);
    }
}
