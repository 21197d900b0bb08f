package org.quern.kapi;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What becomes of a call and of the signal that met it.
 *
 * @param restartable whether the call starts again after the handler, if the handler was installed so
 * @param requiredFlags {@code SA_} flags the handler must be installed with
 * @param forbiddenFlags {@code SA_} flags the handler must not be installed with
 * @param error what the call then reports; empty if it goes on
 * @param becomes the signal it turns into; empty if none
 */
public record SignalHandling(boolean restartable, Set<String> requiredFlags, Set<String> forbiddenFlags,
        Optional<Errno> error, String becomes) {
    /**
     * Checks and copies.
     *
     * @param restartable whether the call starts again after the handler
     * @param requiredFlags {@code SA_} flags the handler must be installed with
     * @param forbiddenFlags {@code SA_} flags the handler must not be installed with
     * @param error what the call then reports
     * @param becomes the signal it turns into
     * @throws IllegalArgumentException if a flag is both required and forbidden
     */
    public SignalHandling {
        requiredFlags = Collections.unmodifiableSet(new TreeSet<>(requiredFlags));
        forbiddenFlags = Collections.unmodifiableSet(new TreeSet<>(forbiddenFlags));
        if (!Collections.disjoint(requiredFlags, forbiddenFlags)) {
            throw new IllegalArgumentException(
                    "signal.forbiddenFlags=" + forbiddenFlags + ": also required, " + requiredFlags);
        }
    }

    /**
     * Nothing special.
     *
     * @return the handling of a signal that leaves the call alone
     */
    public static SignalHandling none() {
        return new SignalHandling(false, Set.of(), Set.of(), Optional.empty(), "");
    }
}
