package org.quern.padata;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The tickets a shell writes into its jobs: "in flight, here, in this life". A ticket refuses a second submission of a
 * job in flight, and tells one life of a reused job from the next, which is what makes {@link Job#cancel} exact.
 * <pre>
 *      63          62 .. 40        39 .. 0
 *   cancelled   shell, 1..2^23-1   sequence number
 * </pre>
 * A shell with many submitters takes the job by compare-and-set <em>before</em> it takes a number. A single-producer
 * shell only looks and stores: a job that two threads submit in the same instant, one of them to such a shell, may be
 * accepted by both, and then has both its phases run by both. Publication does not depend on the ticket, so nothing
 * stalls by it.
 */
final class Tickets {
    private static final int SEQUENCE_BITS = 40;
    private static final int SHELL_BITS = Long.SIZE - 1 - SEQUENCE_BITS;
    private static final AtomicInteger SHELL_NUMBERS = new AtomicInteger();

    private final long base;

    Tickets() {
        int number;
        do {
            number = SHELL_NUMBERS.incrementAndGet() & ((1 << SHELL_BITS) - 1);
        } while (number == 0); // so that no ticket is Job.IDLE
        base = (long) number << SEQUENCE_BITS;
    }

    /** The ticket of a place. Two places share one only 2^23 shells or 2^40 jobs apart. Never 0 nor negative. */
    long of(long sequence) {
        return base | (sequence & ((1L << SEQUENCE_BITS) - 1));
    }
}
