package org.quern.examples;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ConcurrentNavigableMap;

import org.quern.xarray.LongXArray;
import org.quern.xarray.Mark;
import org.quern.xarray.Snapshot;
import org.quern.xarray.XArray;

/** The array as an ordered map: searching backwards, streams, a navigable map with unsigned keys, changes by a function, a copy. */
public final class OrderedFlows {
    private OrderedFlows() {}

    /**
     * Fills arrays and prints what the views show.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        views();
        map();
    }

    private static void views() {
        // snippet: views
        LongXArray bytes = LongXArray.create(); // of each flow, by its number
        for (long packet = 0; packet < 1_000; packet++) {
            bytes.getAndAdd(packet * packet % 97, 1_500); // one step, also with other threads
        }
        long last = bytes.previousIndex(50, 0).orElseThrow();
        long[] highest = bytes.entries(0, 50).descending().indices().limit(4).toArray();
        long total = bytes.entries().values().parallel().sum();
        System.out.println("last flow up to 50: " + last + ", then down: " + Arrays.toString(highest));
        System.out.println("flows " + bytes.entries().count() + ", bytes " + total);
        // end: views
        bytes.close();
    }

    private static void map() {
        // snippet: map
        XArray<String> flows = XArray.create();
        ConcurrentNavigableMap<Long, String> map = flows.asMap();
        map.put(443L, "https");
        map.put(80L, "http");
        map.put(-1L, "the last of all"); // keys are unsigned
        map.merge(80L, "alt", (old, more) -> old + "+" + more);
        System.out.println("first " + map.firstEntry() + ", last " + map.lastEntry().getValue());
        System.out.println("up to 500, down: " + map.headMap(500L).descendingMap());
        flows.mark(443, Mark.M0);
        System.out.println("marked: " + flows.asMap(Mark.M0));
        // end: map
        // snippet: update
        String tagged = flows.compute(80,
                (port, name) -> name == null ? "port " + port : name.toUpperCase(Locale.ROOT));
        Integer length = flows.withEntry(443, String::length); // nobody erases it meanwhile
        Snapshot<String> copy = flows.snapshot(); // on the heap, of one moment, serialisable
        flows.clear();
        copy.storeTo(flows);
        System.out.println(tagged + ", " + length + ", copied " + copy.size() + ", back: " + flows.load(443));
        // end: update
        flows.close();
    }
}
