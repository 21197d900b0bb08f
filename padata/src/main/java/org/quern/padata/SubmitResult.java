package org.quern.padata;

/** What became of a submission. */
public enum SubmitResult {
    /** The job is in the ring; it will run and be serialised in its turn. */
    ACCEPTED,
    /** The masks are being replaced; retry, or run the work yourself. The job was not taken. */
    BUSY,
    /** The shell or its instance is closed or closing. The job was not taken. */
    STOPPED,
    /** No CPU is left to serialise on. The job was not taken. */
    NO_SERIAL_CPU,
    /** The ring is full and the shell's {@link Backpressure} does not allow to wait (or to wait here). Not taken. */
    FULL
}
