package org.quern.vmap;

/** A {@link SparseArena} could not hand out what was asked for; nothing was changed. The message says why. */
public final class ArenaRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ArenaRefusal refusal;

    ArenaRefusedException(ArenaRefusal refusal) {
        super(refusal.toString());
        this.refusal = refusal;
    }

    /**
     * What was in the way.
     *
     * @return reason and values; not kept by serialization
     */
    public ArenaRefusal refusal() {
        return refusal;
    }
}
