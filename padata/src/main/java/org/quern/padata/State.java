package org.quern.padata;

/**
 * The state of an instance or a shell. {@code RUNNING -> CLOSING -> CLOSED}; there is no way back.
 */
public enum State {
    /** Submissions are accepted; an instance makes shells. */
    RUNNING,
    /**
     * {@code close} was called. A shell refuses submissions while accepted jobs are still being finished; an instance makes
     * no shells any more and closes those it has, one after the other.
     */
    CLOSING,
    /** Nothing runs any more, except what a {@link CloseReport} names. */
    CLOSED
}
