package org.quern.padata;

/**
 * The state of an instance or a shell. {@code RUNNING -> CLOSING -> CLOSED}; there is no way back.
 */
public enum State {
    /** Submissions are accepted. */
    RUNNING,
    /** {@code close} was called: submissions are refused, accepted jobs are still being finished. */
    CLOSING,
    /** Nothing runs any more, except what a {@link CloseReport} names. */
    CLOSED
}
