package org.quern.vmap.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

import org.jspecify.annotations.Nullable;

/** Pages were populated ahead of their first touch. */
@Name("org.quern.vmap.Populate")
@Label("Populate")
@Category({"Quern", "vmap-arena"})
@Description("Pages were populated ahead of their first touch.")
@StackTrace(true)
@SuppressWarnings("UnusedVariable") // the fields are read by Flight Recorder
public final class PopulateEvent extends Event {
    private static final PopulateEvent ASKED = new PopulateEvent();

    @Label("Reservation")
    private final String reservation;

    @Label("Offset")
    private final long offset;

    @Label("Requested")
    @DataAmount
    private final long requestedBytes;

    @Label("Populated")
    @DataAmount
    private long populatedBytes;

    private PopulateEvent() {
        this("", 0, 0);
    }

    private PopulateEvent(String reservation, long offset, long requestedBytes) {
        this.reservation = reservation;
        this.offset = offset;
        this.requestedBytes = requestedBytes;
    }

    /**
     * The event of a population that begins now.
     *
     * @param reservation its name
     * @param offset first byte
     * @param bytes how many are to be populated
     * @return null if nobody wants it
     */
    public static @Nullable PopulateEvent begin(String reservation, long offset, long bytes) {
        if (!ASKED.isEnabled()) {
            return null;
        }
        PopulateEvent event = new PopulateEvent(reservation, offset, bytes);
        event.begin();
        return event;
    }

    /**
     * It is over.
     *
     * @param bytes how many were populated
     */
    public void done(long bytes) {
        populatedBytes = bytes;
        commit();
    }
}
