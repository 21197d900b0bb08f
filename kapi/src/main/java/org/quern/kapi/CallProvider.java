package org.quern.kapi;

import java.util.List;

/**
 * Declarations that a module offers to whoever lists them, such as the command line {@code kapi}: a service, see
 * {@link java.util.ServiceLoader}.
 */
public interface CallProvider {
    /**
     * The declarations.
     *
     * @return in the order in which they are to be listed; names must be unique among all providers
     */
    List<CallSpec> calls();
}
