package org.quern.vmap;

import java.util.Objects;

import org.quern.kapi.Operation;

/**
 * What a pin is for. Immutable.
 */
@Operation(threads = Operation.Threads.ANY)
public final class PinOptions {
    private final String owner;
    private final boolean longTerm;
    private final boolean readOnly;

    private PinOptions(String owner, boolean longTerm, boolean readOnly) {
        this.owner = owner;
        this.longTerm = longTerm;
        this.readOnly = readOnly;
    }

    /**
     * A short pin, for reading and writing.
     *
     * @param owner whose it is, for reports
     * @return the options
     */
    public static PinOptions of(String owner) {
        return new PinOptions(Objects.requireNonNull(owner, "owner"), false, false);
    }

    /**
     * For an indefinite time: granted for fewer kinds of pages ({@link PageKind}), and a free of such pages is refused rather
     * than deferred.
     *
     * @return new options
     */
    public PinOptions longTerm() {
        return new PinOptions(owner, true, readOnly);
    }

    /**
     * For reading only: its segment is read-only, and it cannot be released as written.
     *
     * @return new options
     */
    public PinOptions readOnly() {
        return new PinOptions(owner, longTerm, true);
    }

    /**
     * Whose it is.
     *
     * @return for reports
     */
    public String owner() {
        return owner;
    }

    /**
     * Whether it is for an indefinite time.
     *
     * @return false unless {@link #longTerm}
     */
    public boolean isLongTerm() {
        return longTerm;
    }

    /**
     * Whether the pages are only read.
     *
     * @return false unless {@link #readOnly}
     */
    public boolean isReadOnly() {
        return readOnly;
    }
}
