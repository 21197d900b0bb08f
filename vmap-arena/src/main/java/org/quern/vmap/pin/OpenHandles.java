package org.quern.vmap.pin;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The handles of one arena that are open: who they are, and how many were ever opened and closed. In stripes by thread, so
 * that threads seldom meet; each stripe is a ring under its own monitor, held for some ns.
 *
 * <p>
 * Invariant: opened - closed pages of a stripe = the pages of the records in its ring.
 */
public final class OpenHandles {
    private static final int STRIPES = Math.max(16,
            Integer.highestOneBit(Runtime.getRuntime().availableProcessors()) << 1);

    private final Stripe[] stripes = new Stripe[STRIPES];

    /** None. */
    public OpenHandles() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    static final class Stripe {
        private final PinRecord ring = new PinRecord(this);
        private long openedPins;
        private long closedPins;
        private long openHolds;

        synchronized void add(PinRecord record) {
            record.linkBefore(ring);
            count(record, 1);
        }

        synchronized void remove(PinRecord record) {
            record.unlink();
            count(record, -1);
        }

        private void count(PinRecord record, int direction) {
            if (record.isHold()) {
                openHolds += direction * record.count();
            } else if (direction > 0) {
                openedPins += record.count();
            } else {
                closedPins += record.count();
            }
        }

        synchronized void forEach(Consumer<PinRecord> action) {
            for (PinRecord record = ring.next(); record != ring; record = record.next()) {
                action.accept(record);
            }
        }
    }

    /** Where a record of this thread belongs. */
    Stripe stripe() {
        return stripes[(int) Thread.currentThread().threadId() & (STRIPES - 1)];
    }

    /**
     * Pages counted since the beginning.
     *
     * @param opened pinned, page by page
     * @param closed unpinned
     * @param held held now
     */
    public record Totals(long opened, long closed, long held) {}

    /**
     * What was counted.
     *
     * @return exact if nobody pins meanwhile
     */
    public Totals totals() {
        long opened = 0;
        long closed = 0;
        long held = 0;
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                opened += stripe.openedPins;
                closed += stripe.closedPins;
                held += stripe.openHolds;
            }
        }
        return new Totals(opened, closed, held);
    }

    /**
     * Pins that are open.
     *
     * @param unit of one range only; null for all
     * @return a copy, in no order
     */
    public List<PinRecord> pins(@Nullable PinUnit unit) {
        List<PinRecord> found = new ArrayList<>();
        for (Stripe stripe : stripes) {
            stripe.forEach(record -> {
                if (!record.isHold() && (unit == null || record.unit() == unit)) {
                    found.add(record);
                }
            });
        }
        return found;
    }
}
