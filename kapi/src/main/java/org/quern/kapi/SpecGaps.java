package org.quern.kapi;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What declared calls did that their declarations do not say, counted: an errno that is not listed, a successful return
 * that is not allowed. Counted also where the caller uses the in-band form and never sees an exception. Any count but
 * none is a defect of a declaration; please report it.
 *
 * <p>
 * Thread-safe. A call that does what its declaration says never comes here.
 */
public final class SpecGaps {
    private static final ConcurrentMap<String, LongAdder> COUNTS = new ConcurrentHashMap<>();

    private SpecGaps() {}

    /**
     * Counts an errno that a declaration does not list.
     *
     * @param call name of the call
     * @param errno the number
     */
    public static void errno(String call, int errno) {
        count(call + " failed with " + Errno.describe(errno));
    }

    /**
     * Counts a successful return that a declaration does not allow.
     *
     * @param call name of the call
     */
    public static void result(String call) {
        count(call + " returned what its declaration does not allow");
    }

    private static void count(String what) {
        COUNTS.computeIfAbsent(what, ignored -> new LongAdder()).increment();
    }

    /**
     * What was counted in this JVM so far.
     *
     * @return how often each happened, in the order of the words; empty is good
     */
    public static Map<String, Long> counted() {
        Map<String, Long> sorted = new TreeMap<>();
        COUNTS.forEach((what, count) -> sorted.put(what, count.sum()));
        return sorted;
    }
}
