package org.quern.padata;

/** What became of a submission. */
public enum SubmitResult {
    /** The job is in the ring; it will run and be serialised in its turn. */
    ACCEPTED,
    /** The masks are being replaced; retry, or run the work yourself. The job was not taken. Not returned yet. */
    BUSY,
    /** The shell is closed or closing, as every shell of a closed instance is. The job was not taken. */
    STOPPED,
    /** No CPU is left to serialise on. The job was not taken. Not returned yet. */
    NO_SERIAL_CPU,
    /** The ring is full and the shell's {@link Backpressure} does not allow to wait (or to wait here). Not taken. */
    FULL
}
