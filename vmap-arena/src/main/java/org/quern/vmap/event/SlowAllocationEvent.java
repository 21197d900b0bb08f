package org.quern.vmap.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** No free run was long enough at first. */
@Name("org.quern.vmap.SlowAllocation")
@Label("Slow Allocation")
@Category({"Quern", "vmap-arena"})
@Description("No free run was long enough at first.")
@StackTrace(true)
@SuppressWarnings("UnusedVariable") // the fields are read by Flight Recorder
public final class SlowAllocationEvent extends Event {
    private static final SlowAllocationEvent ASKED = new SlowAllocationEvent();

    @Label("Reservation")
    private final String reservation;

    @Label("Requested Pages")
    private final long requestedPages;

    @Label("Flushed Quarantine")
    @DataAmount
    private final long flushedBytes;

    @Label("Outcome")
    private final String outcome;

    private SlowAllocationEvent() {
        this("", 0, 0, "");
    }

    private SlowAllocationEvent(String reservation, long requestedPages, long flushedBytes, String outcome) {
        this.reservation = reservation;
        this.requestedPages = requestedPages;
        this.flushedBytes = flushedBytes;
        this.outcome = outcome;
    }

    /**
     * Tells it, if somebody wants it.
     *
     * @param reservation its name
     * @param pages how many were asked for
     * @param flushedBytes how much left the quarantine for it
     * @param outcome "granted", or what was missing
     */
    public static void tell(String reservation, long pages, long flushedBytes, String outcome) {
        if (ASKED.isEnabled()) {
            new SlowAllocationEvent(reservation, pages, flushedBytes, outcome).commit();
        }
    }
}
