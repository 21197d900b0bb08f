package org.quern.kapi;

/**
 * A native call failed with an errno that its declaration does not list: the declaration is incomplete, or the system
 * does something new. Please report it.
 */
public final class UnspecifiedErrnoException extends KernelException {
    private static final long serialVersionUID = 1L;

    UnspecifiedErrnoException(Arguments arguments, int number) {
        super(arguments, number, "the declaration does not list this errno");
    }
}
