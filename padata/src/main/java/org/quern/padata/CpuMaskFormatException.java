package org.quern.padata;

/** The text of a CPU mask cannot be read or written. The message names the offending part and its position. */
public final class CpuMaskFormatException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /** The two classes of error, with the names the kernel's control files give them. */
    public enum Reason {
        /** A character that is not a hexadecimal digit, a comma or white space; or a text that does not fit a page. */
        EINVAL,
        /** More digits in a group, more groups, or a higher CPU than the mask has. */
        EOVERFLOW
    }

    /** The class of the error. */
    private final Reason reason;

    CpuMaskFormatException(Reason reason, String message) {
        super(reason + ": " + message);
        this.reason = reason;
    }

    /**
     * The class of the error.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
