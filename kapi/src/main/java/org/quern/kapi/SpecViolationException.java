package org.quern.kapi;

/**
 * A declared call was refused before it was made: an argument breaks a rule of its declaration. The kernel was not
 * asked, so this is never confused with a kernel error.
 *
 * @see KernelException
 */
public final class SpecViolationException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Names the rule.
     *
     * @param message call, parameter, value and rule
     */
    public SpecViolationException(String message) {
        super(message);
    }
}
