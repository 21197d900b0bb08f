package org.quern.padata;

/** What became of a submission. */
public enum SubmitResult {
    /** The job is in the ring; it will run and be serialised in its turn. */
    ACCEPTED,
    /**
     * The job is in the ring as dropped ({@link Backpressure#DROP_NEWEST}): it will not run, and {@link Job#failed} is told
     * in its turn.
     */
    DROPPED,
    /**
     * The masks are being replaced; retry, or run the work yourself. The job was not taken. Only seen where
     * {@link ShellOptions#retryWhenBusy} is off, or in a callback of the one who replaces.
     */
    BUSY,
    /** The shell is closed or closing, or its instance is paused, invalid or closed. The job was not taken. */
    STOPPED,
    /** The instance is invalid because no CPU of the serial mask is online. The job was not taken. */
    NO_SERIAL_CPU,
    /** The ring or the instance is full and {@link Backpressure} does not allow to wait (any longer, or here). Not taken. */
    FULL
}
