package org.quern.kapi;

/**
 * A native call succeeded with a return that its declaration does not allow. The call was made and what it did is done;
 * the return is kept, so that, for instance, a descriptor can still be closed. The declaration is wrong, or the system
 * does something new. Please report it.
 */
public final class UnspecifiedResultException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final long result;

    /**
     * Describes the return.
     *
     * @param call name of the call
     * @param result what it returned
     * @param rule what the declaration allows
     */
    public UnspecifiedResultException(String call, long result, String rule) {
        super(call + " returned " + result + ", which its declaration does not allow: " + rule);
        this.result = result;
    }

    /**
     * What the call returned.
     *
     * @return the raw return
     */
    public long result() {
        return result;
    }
}
