package org.quern.padata;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The counters of an instance, for Java Flight Recorder: taken from time to time, at no cost for any job. */
@Name("org.quern.padata.Statistics")
@Label("Padata Statistics")
@Category({"Quern", "padata"})
@Description("Counters of an instance of ordered parallel execution")
@StackTrace(false)
@Period("1 s")
final class PadataStatisticsEvent extends Event {
    @Label("Instance")
    String instance = "";
    @Label("Serialised")
    long serialised;
    @Label("In Flight")
    long inFlight;
    @Label("Queue Depth")
    long queueDepth;
    @Label("Reorder Depth")
    long reorderDepth;
    @Label("Head-of-Line Wait")
    @Timespan(Timespan.NANOSECONDS)
    long headOfLineWait;
    @Label("Inline Runs")
    long inlineRuns;

    static void take(Padata padata) {
        PadataStatisticsEvent event = new PadataStatisticsEvent();
        if (event.isEnabled()) {
            PadataStats stats = padata.stats();
            event.instance = padata.name();
            event.serialised = stats.serialised();
            event.inFlight = stats.inFlight();
            event.queueDepth = stats.queueDepth();
            event.reorderDepth = stats.reorderDepth();
            event.headOfLineWait = stats.headOfLineWait().toNanos();
            event.inlineRuns = stats.inlineRuns();
            event.commit();
        }
    }
}
