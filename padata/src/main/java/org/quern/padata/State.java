package org.quern.padata;

/**
 * The state of an instance or a shell.
 * <pre>
 *     RUNNING &lt;--pause, resume--&gt; PAUSED
 *        ^  \                        |
 *        |   \--masks without a CPU that is online--&gt; INVALID
 *        +--masks valid again, not paused---------------+
 *     any of these --close--&gt; CLOSING --&gt; CLOSED            there is no way back
 * </pre>
 */
public enum State {
    /** Submissions are accepted; an instance makes shells. */
    RUNNING,
    /** {@link Padata#pause} was called: submissions are refused, jobs accepted before go on, shells can be made. */
    PAUSED,
    /** As paused, because a mask has no CPU that is online; also while paused besides. */
    INVALID,
    /**
     * {@code close} was called. A shell refuses submissions while accepted jobs are still being finished; an instance makes
     * no shells any more and closes those it has, one after the other.
     */
    CLOSING,
    /** Nothing runs any more, except what a {@link CloseReport} names. */
    CLOSED
}
