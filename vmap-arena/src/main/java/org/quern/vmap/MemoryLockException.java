package org.quern.vmap;

/** Memory could not be locked. The message says why. */
public final class MemoryLockException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final transient LockRefusal refusal;

    MemoryLockException(LockRefusal refusal) {
        super(refusal.toString());
        this.refusal = refusal;
    }

    /**
     * Why.
     *
     * @return the refusal; null if this exception was deserialized
     */
    public LockRefusal refusal() {
        return refusal;
    }
}
