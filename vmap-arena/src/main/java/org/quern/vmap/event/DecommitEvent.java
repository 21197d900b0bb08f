package org.quern.vmap.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

import org.jspecify.annotations.Nullable;

/** The memory of pages was given back to the system. */
@Name("org.quern.vmap.Decommit")
@Label("Decommit")
@Category({"Quern", "vmap-arena"})
@Description("The memory of pages was given back to the system.")
@StackTrace(true)
@SuppressWarnings("UnusedVariable") // the fields are read by Flight Recorder
public final class DecommitEvent extends Event {
    private static final DecommitEvent ASKED = new DecommitEvent();

    @Label("Reservation")
    private final String reservation;

    @Label("Offset")
    private final long offset;

    @Label("Bytes")
    @DataAmount
    private final long bytes;

    @Label("Succeeded")
    private boolean succeeded;

    private DecommitEvent() {
        this("", 0, 0);
    }

    private DecommitEvent(String reservation, long offset, long bytes) {
        this.reservation = reservation;
        this.offset = offset;
        this.bytes = bytes;
    }

    /**
     * The event of a decommit that begins now.
     *
     * @param reservation its name
     * @param offset first byte
     * @param bytes how many
     * @return null if nobody wants it
     */
    public static @Nullable DecommitEvent begin(String reservation, long offset, long bytes) {
        if (!ASKED.isEnabled()) {
            return null;
        }
        DecommitEvent event = new DecommitEvent(reservation, offset, bytes);
        event.begin();
        return event;
    }

    /**
     * It is over.
     *
     * @param whole whether all of it was given back
     */
    public void done(boolean whole) {
        succeeded = whole;
        commit();
    }
}
