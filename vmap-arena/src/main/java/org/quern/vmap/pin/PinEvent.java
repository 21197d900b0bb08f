package org.quern.vmap.pin;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

import org.jspecify.annotations.Nullable;

/** Pages were pinned; its duration is that of the pin, its stack that of the release. */
@Name("org.quern.vmap.Pin")
@Label("Pin")
@Category({"Quern", "vmap-arena"})
@Description("Pages were pinned, from the beginning to the end of the event.")
@StackTrace(true)
@SuppressWarnings("UnusedVariable") // the fields are read by Flight Recorder
public final class PinEvent extends Event {
    private static final PinEvent ASKED = new PinEvent("", "", 0, 0, false);

    @Label("Arena")
    private final String arena;

    @Label("Owner")
    private final String owner;

    @Label("First Page")
    private final long firstPage;

    @Label("Pages")
    private final long pages;

    @Label("Long Term")
    private final boolean longTerm;

    @Label("Dirty")
    private boolean dirty;

    private PinEvent(String arena, String owner, long firstPage, long pages, boolean longTerm) {
        this.arena = arena;
        this.owner = owner;
        this.firstPage = firstPage;
        this.pages = pages;
        this.longTerm = longTerm;
    }

    /**
     * The event of a pin that begins now.
     *
     * @param arena its name
     * @param owner whose pin
     * @param firstPage of the arena
     * @param pages how many
     * @param longTerm whether for an indefinite time
     * @return null if nobody wants it
     */
    public static @Nullable PinEvent begin(String arena, String owner, long firstPage, long pages, boolean longTerm) {
        if (!ASKED.isEnabled()) {
            return null;
        }
        PinEvent event = new PinEvent(arena, owner, firstPage, pages, longTerm);
        event.begin();
        return event;
    }

    void done(boolean written) {
        dirty = written;
        commit();
    }
}
