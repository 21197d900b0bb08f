package org.quern.vmap;

import org.quern.kapi.Operation;

/**
 * Pins counted page by page, whatever the size of the pages: 512 for a pin of 2 MiB.
 *
 * @param acquired pages pinned since the beginning
 * @param released pages unpinned since the beginning
 * @param held pages held now
 * @param leaked handles, of pins and holds, that were collected while open
 */
@Operation(threads = Operation.Threads.ANY)
public record PinStats(long acquired, long released, long held, long leaked) {
    /**
     * Pages pinned now, counted once for each pin.
     *
     * @return acquired - released
     */
    public long outstanding() {
        return acquired - released;
    }
}
