package org.quern.vmap;

/** Pages could not be pinned; none is. The message says which page, and why. */
public final class PinRefusedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final transient PinRefusal refusal;

    PinRefusedException(PinRefusal refusal) {
        super(refusal.toString());
        this.refusal = refusal;
    }

    /**
     * Why.
     *
     * @return the refusal; null if this exception was deserialized
     */
    public PinRefusal refusal() {
        return refusal;
    }
}
