package org.quern.vmap;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A step of a write tracker's epoch, for Java Flight Recorder. Costs nothing while it is not recorded. */
@Name("org.quern.vmap.WriteScan")
@Label("Write Scan")
@Category({"Quern", "vmap-arena"})
@Description("Pages that changed since they were collected last")
@StackTrace(false)
final class WriteScanEvent extends Event {
    @Label("Memory")
    String memory = "";
    @Label("Size")
    @DataAmount
    long bytes;
    @Label("Changed")
    @DataAmount
    long changedBytes;
    @Label("Regions")
    int regions;
    @Label("Epoch Complete")
    boolean complete;

    void finish(String name, long size, PageRegions found) {
        end();
        if (shouldCommit()) {
            memory = name;
            bytes = size;
            changedBytes = found.totalBytes();
            regions = found.count();
            complete = found.isComplete();
            commit();
        }
    }
}
