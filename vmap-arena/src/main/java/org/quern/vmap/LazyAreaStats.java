package org.quern.vmap;

import org.quern.kapi.Operation;

/**
 * What a {@link LazyArea} has done. A snapshot of counters that are read one after the other; exact when nothing is under way.
 *
 * @param name the area's
 * @param bytes its size
 * @param presentBytes in memory now, whole pages
 * @param fills runs that were filled
 * @param filledBytes what they brought, whole pages
 * @param waits how often a thread waited for another's fill, or for content that comes later
 * @param failures fills that failed
 * @param retries further attempts after a failed one
 * @param timeouts fills given up at the deadline
 * @param discardedBytes given back, whole pages
 * @param userfault whether the system publishes the pages (userfaultfd), or the area copies them
 */
@Operation(threads = Operation.Threads.ANY)
public record LazyAreaStats(String name, long bytes, long presentBytes, long fills, long filledBytes, long waits,
        long failures, long retries, long timeouts, long discardedBytes, boolean userfault) {}
