package org.quern.vmap;

import java.util.EnumSet;
import java.util.Set;

import org.quern.kapi.Operation;

/** This kernel has not, or does not let this process have, what was asked of userfaultfd. The message says which. */
@Operation(threads = Operation.Threads.ANY)
public final class UserfaultUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final EnumSet<UserfaultFeature> missing;

    UserfaultUnavailableException(String message, Set<UserfaultFeature> missing) {
        super(message);
        this.missing = EnumSet.noneOf(UserfaultFeature.class);
        this.missing.addAll(missing);
    }

    /**
     * The features that were asked for and are not there.
     *
     * @return a copy; empty if there is no descriptor to be had at all
     */
    public Set<UserfaultFeature> missing() {
        return EnumSet.copyOf(missing);
    }
}
