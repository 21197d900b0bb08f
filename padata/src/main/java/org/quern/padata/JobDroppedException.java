package org.quern.padata;

/**
 * What {@link Job#failed} is given when the shell dropped the job because too many waited; see {@link Backpressure}. One
 * object for each policy, without stack trace, so that dropping under overload costs nothing.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // wanted: they carry no stack trace, and nobody can add to them
public final class JobDroppedException extends Exception {
    private static final long serialVersionUID = 1;

    static final JobDroppedException NEWEST = new JobDroppedException("dropped when it was submitted: DROP_NEWEST");
    static final JobDroppedException OLDEST = new JobDroppedException("dropped in favour of a newer one: DROP_OLDEST");

    private JobDroppedException(String message) {
        super(message, null, false, false);
    }
}
