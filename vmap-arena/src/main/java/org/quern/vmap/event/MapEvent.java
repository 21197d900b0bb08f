package org.quern.vmap.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

import org.jspecify.annotations.Nullable;

/** Address space was reserved. */
@Name("org.quern.vmap.Map")
@Label("Map")
@Category({"Quern", "vmap-arena"})
@Description("Address space was reserved.")
@StackTrace(true)
@SuppressWarnings("UnusedVariable") // the fields are read by Flight Recorder
public final class MapEvent extends Event {
    private static final MapEvent ASKED = new MapEvent();

    @Label("Reservation")
    private final String reservation;

    @Label("Back End")
    private final String backEnd;

    @Label("Wished")
    @DataAmount
    private final long wishedBytes;

    @Label("Obtained")
    @DataAmount
    private long obtainedBytes;

    private MapEvent() {
        this("", "", 0);
    }

    private MapEvent(String reservation, String backEnd, long wishedBytes) {
        this.reservation = reservation;
        this.backEnd = backEnd;
        this.wishedBytes = wishedBytes;
    }

    /**
     * The event of a reservation that begins now.
     *
     * @param reservation its name
     * @param backEnd where it is to come from
     * @param wishedBytes how much
     * @return null if nobody wants it
     */
    public static @Nullable MapEvent begin(String reservation, String backEnd, long wishedBytes) {
        if (!ASKED.isEnabled()) {
            return null;
        }
        MapEvent event = new MapEvent(reservation, backEnd, wishedBytes);
        event.begin();
        return event;
    }

    /**
     * It is over.
     *
     * @param bytes how much was obtained; 0 if nothing was
     */
    public void done(long bytes) {
        obtainedBytes = bytes;
        commit();
    }
}
