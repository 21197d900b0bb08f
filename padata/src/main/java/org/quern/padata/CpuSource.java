package org.quern.padata;

import java.time.Duration;

import org.quern.kapi.Operation;

/**
 * Where an instance learns which CPUs there are, and when one comes or goes: the system, or a simulation.
 * <p>
 * Implementations are thread-safe, and call listeners one at a time. A source's own lock may be held meanwhile: an
 * instance takes its lock inside, and never calls a source while it holds it, except for {@link #possible} and
 * {@link #online}, which must therefore not lock.
 */
public interface CpuSource {
    /** Hears of CPUs that come and go. */
    interface Listener {
        /**
         * A CPU is online now.
         *
         * @param cpu its number
         */
        @Operation(threads = Operation.Threads.ONE_AT_A_TIME, blocks = Operation.Blocks.BRIEFLY, lock = "the listener's own")
        void cameOnline(int cpu);

        /**
         * A CPU is about to go offline. A listener that throws keeps it from going, if the source is asked and not
         * merely told: {@link SimulatedCpus} is, the system's polling finds out afterwards and logs the failure.
         *
         * @param cpu its number
         * @throws RuntimeException if the listener cannot do without the CPU; everything is as it was
         */
        @Operation(threads = Operation.Threads.ONE_AT_A_TIME, blocks = Operation.Blocks.BRIEFLY, lock = "the listener's own", errors = RuntimeException.class)
        void goingOffline(int cpu);
    }

    /** A listener's registration. */
    interface Registration extends AutoCloseable {
        /** Ends it; the listener hears no more when this has returned. Closing twice does nothing. */
        @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "the source's lock")
        @Override
        void close();
    }

    /**
     * All CPUs there may ever be: what masks may name. Does not change.
     *
     * @return the mask, not empty
     */
    @Operation(threads = Operation.Threads.ANY)
    CpuMask possible();

    /**
     * The CPUs that are online, and that this process may use.
     *
     * @return the mask now
     */
    @Operation(threads = Operation.Threads.ANY)
    CpuMask online();

    /**
     * Registers a listener.
     *
     * @param listener hears of every change after this call
     * @return the registration
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "the source's lock")
    Registration listen(Listener listener);

    /**
     * The system's CPUs, as sched_getaffinity(2) of the process's first thread shows them: looked at again and again by a
     * daemon thread, which runs while there are listeners. Changes of the affinity or the cpuset of the process count as
     * CPUs that come and go.
     *
     * @param interval the time between two looks; 1 ms or more
     * @return the source
     * @throws IllegalArgumentException if the interval is shorter
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    static CpuSource system(Duration interval) {
        if (interval.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("interval=" + interval + ": must be 1 ms or more");
        }
        return new SystemCpus(interval);
    }
}
