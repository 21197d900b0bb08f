package org.quern.vmap;

/** A page list could not be mapped; nothing was changed. The message says why. */
public final class AreaRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient AreaOutcome outcome;

    AreaRefusedException(AreaOutcome outcome) {
        super(outcome.kind() + ": " + outcome.detail());
        this.outcome = outcome;
    }

    /**
     * What was in the way.
     *
     * @return kind and values; not kept by serialization
     */
    public AreaOutcome outcome() {
        return outcome;
    }
}
