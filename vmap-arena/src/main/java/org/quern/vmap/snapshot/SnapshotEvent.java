package org.quern.vmap.snapshot;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A snapshot that was taken, for Java Flight Recorder. */
@Name("org.quern.vmap.Snapshot")
@Label("Snapshot")
@Category({"Quern", "vmap-arena"})
@Description("An image of tracked memory, or of what changed in it, was written")
@StackTrace(false)
final class SnapshotEvent extends Event {
    @Label("Memory")
    String memory = "";
    @Label("Sequence")
    long sequence;
    @Label("Base")
    boolean base;
    @Label("Rounds")
    int rounds;
    @Label("Pages")
    long pages;
    @Label("Stored")
    @DataAmount
    long storedBytes;
    @Label("Writers Stood Still")
    @Timespan(Timespan.NANOSECONDS)
    long lastRound;

    void finish(String name, SnapshotReport report) {
        end();
        if (shouldCommit()) {
            memory = name;
            sequence = report.snapshot().sequence();
            base = report.snapshot().base();
            rounds = report.rounds();
            pages = report.pages();
            storedBytes = report.storedBytes();
            lastRound = report.lastRoundNanos();
            commit();
        }
    }
}
