package org.quern.vmap;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.pin.PinRecord;

/**
 * A pin or hold that is open, or was collected while open.
 *
 * @param owner whose it is
 * @param firstPage of the arena
 * @param pages how many
 * @param hold whether it is a hold
 * @param longTerm whether it is for an indefinite time
 * @param ageNanos how long it has been open
 * @param site where it was made; null unless {@link PagePins#recordSites}
 */
public record PinReport(String owner, long firstPage, long pages, boolean hold, boolean longTerm, long ageNanos,
        @Nullable Throwable site) {
    static PinReport of(PinRecord record) {
        return new PinReport(record.owner(), record.unit().firstPage() + record.first(), record.count(),
                record.isHold(),
                record.isLongTerm(), record.ageNanos(), record.site());
    }

    /**
     * All but the site, for logs.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return owner + (hold ? ": hold" : longTerm ? ": long-term pin" : ": pin") + " of pages " + firstPage + "+"
                + pages
                + ", for " + ageNanos / 1_000_000 + " ms";
    }
}
