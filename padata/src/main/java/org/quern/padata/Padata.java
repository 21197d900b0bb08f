package org.quern.padata;

import java.time.Duration;

/**
 * An instance of ordered parallel execution: parallel workers, serial workers, and the shells that share them.
 * <p>
 * Thread-safe. Worker threads are daemons and run until {@link #close}.
 */
public final class Padata implements AutoCloseable {
    Padata() {}

    /**
     * Opens an instance; it is running on return.
     *
     * @param options what to open
     * @return the instance
     * @throws IllegalArgumentException if a mask is empty or names a CPU that is not available; the message names the
     *         mask and the CPUs available
     */
    public static Padata open(PadataOptions options) {
        return new Padata();
    }

    /**
     * A shell with the instance's defaults.
     *
     * @return the shell
     * @throws IllegalStateException if the instance is closed or has {@link PadataOptions#maxShells} shells
     */
    public Shell newShell() {
        return newShell(ShellOptions.defaults());
    }

    /**
     * A shell.
     *
     * @param options what to make
     * @return the shell
     * @throws IllegalStateException if the instance is closed or has {@link PadataOptions#maxShells} shells
     * @throws IllegalArgumentException if {@link SerialMode#ON_CALLBACK_CPU} is asked for without a serial mask
     */
    public Shell newShell(ShellOptions options) {
        return new Shell();
    }

    /**
     * The label of the instance.
     *
     * @return the name
     */
    public String name() {
        return "";
    }

    /**
     * The state of this instance.
     *
     * @return the state
     */
    public State state() {
        return State.RUNNING;
    }

    /**
     * The parallel mask.
     *
     * @return the mask; all available CPUs if none was given
     */
    public CpuMask parallelCpus() {
        return CpuMask.available();
    }

    /**
     * The serial mask.
     *
     * @return the mask; empty if none was given
     */
    public CpuMask serialCpus() {
        return CpuMask.of();
    }

    /**
     * Counters; costs a walk over workers and shells.
     *
     * @return a snapshot
     */
    public PadataStats stats() {
        return new PadataStats(java.util.List.of(), java.util.List.of(), 0, 0, 0, 0, 0, 0);
    }

    /**
     * Closes all shells as {@link Shell#close(Duration)} does, sharing one deadline, then ends the workers and waits
     * for them. A worker that is still inside a callback at the deadline is interrupted and reported.
     *
     * @param deadline how long to wait at most; zero does not wait
     * @return the report; a second call returns the first report
     * @throws IllegalStateException if called from inside a callback of this instance: it would wait for itself
     */
    public CloseReport close(Duration deadline) {
        return new CloseReport(true, 0, java.util.List.of(), java.util.List.of());
    }

    /**
     * {@link #close(Duration)} with {@link PadataOptions#closeDeadline}.
     *
     * @throws IllegalStateException if jobs had to be given up, with the report as its message; or if called from
     *         inside a callback of this instance
     */
    @Override
    public void close() {}
}
