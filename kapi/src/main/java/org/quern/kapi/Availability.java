package org.quern.kapi;

/**
 * Whether a declared call can be made here, and if not, why.
 *
 * @param state the verdict
 * @param reason one line: what was looked for and what was found
 */
public record Availability(State state, String reason) {
    /** The possible verdicts. */
    public enum State {
        /** The call is there. */
        PRESENT,
        /** This system does not have the call. */
        ABSENT,
        /** This process was not given native access. */
        FORBIDDEN,
        /** The system has the call and does not let this process use it. */
        NOT_PERMITTED
    }

    /**
     * Whether the call can be made.
     *
     * @return true if the state is {@link State#PRESENT}
     */
    public boolean isPresent() {
        return state == State.PRESENT;
    }
}
