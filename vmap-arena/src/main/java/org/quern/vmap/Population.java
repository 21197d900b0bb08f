package org.quern.vmap;

import org.quern.kapi.Operation;

/**
 * The outcome of {@link VmapArena#populate}: {@link Populated}, or a {@link Shortage} that says what was missing. To be used
 * with a {@code switch}.
 */
public sealed interface Population permits Population.Populated, Shortage {
    /**
     * The system was asked to populate; what came of it.
     *
     * @param requestedBytes the range's size
     * @param populatedBytes how much of it, from its start, is known to be populated now; less than requested if memory ran
     *        out half-way, and it is still the range's then
     */
    record Populated(long requestedBytes, long populatedBytes) implements Population {
        /**
         * Whether all of it is populated.
         *
         * @return true if so
         */
        @Operation(threads = Operation.Threads.ANY)
        public boolean isWhole() {
            return populatedBytes == requestedBytes;
        }
    }
}
