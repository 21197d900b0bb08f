package org.quern.vmap;

import org.quern.kapi.Operation;

/** The outcome of asking a {@link SparseArena} for pages; to be used with a {@code switch}. */
public sealed interface ArenaOutcome permits PageGrant, ArenaRefusal {
    /**
     * The pages, for who does not expect a refusal.
     *
     * @return the grant
     * @throws ArenaRefusedException if it was refused; the message says why
     */
    @Operation(threads = Operation.Threads.ANY, errors = ArenaRefusedException.class)
    default PageGrant granted() {
        return switch (this) {
            case PageGrant grant -> grant;
            case ArenaRefusal refusal -> throw new ArenaRefusedException(refusal);
        };
    }
}
