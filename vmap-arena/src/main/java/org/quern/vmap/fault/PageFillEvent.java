package org.quern.vmap.fault;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** JFR: pages of a lazy area were filled, or could not be. Its duration is that of the handler and of publishing. */
@Name("org.quern.vmap.PageFill")
@Label("Page Fill")
@Description("Pages of a lazy area were filled by its handler, or could not be")
@Category({"Quern", "vmap-arena"})
@StackTrace(false)
final class PageFillEvent extends Event {
    @Label("Area")
    String area = "";

    @Label("Offset")
    @DataAmount
    long offset;

    @Label("Bytes Wanted")
    @DataAmount
    long bytes;

    @Label("Outcome")
    @Description("PUBLISHED, STALE, or why it failed")
    String outcome = "";

    @Label("Attempts")
    int attempts;

    @Label("Waiting Threads")
    int waiters;
}
