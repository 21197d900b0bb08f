package org.quern.vmap;

import org.jspecify.annotations.Nullable;

/**
 * A range of pages or a whole arena cannot be given back because it is in use at this moment: a system call of another
 * thread works on one of its segments, or another thread is decommitting it. Try again when that is over.
 */
public final class RangeBusyException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    RangeBusyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
