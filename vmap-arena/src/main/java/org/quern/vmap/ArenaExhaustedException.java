package org.quern.vmap;

/** An arena could not hand out what was asked for; nothing was changed. The message names cause and values. */
public final class ArenaExhaustedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Shortage shortage;

    ArenaExhaustedException(Shortage shortage) {
        super(shortage.toString());
        this.shortage = shortage;
    }

    /**
     * What was missing.
     *
     * @return cause and values; not kept by serialization
     */
    public Shortage shortage() {
        return shortage;
    }
}
