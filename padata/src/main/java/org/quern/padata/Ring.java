package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;
import org.quern.padata.order.DrainWords;
import org.quern.padata.order.RingCursors;

/**
 * The ring of a shell: jobs in submission order. It is the reorder buffer <em>and</em> the work queue, so a job passes
 * through no other structure.
 * <pre>
 *       head            claim             tail
 *        |                |                |
 *     +--v--+-----+-----+-v---+-----+-----+v----+-----+
 *     | job | job | job | job | job | VOID|     |     |     jobs[sequence &amp; mask]
 *     +-----+-----+-----+-----+-----+-----+-----+-----+
 *     |  3  |  .  |  .  |  0  |  0  |  0  |  0  |  0  |     words: a unit of three is done, see DrainWords
 *     +-----+-----+-----+-----+-----+-----+-----+-----+
 * </pre>
 * A slot is <em>published</em> for a sequence number when it holds a job that carries this slot's ticket, or
 * {@link #VOID}. Between the moment a submitter took the number and that moment, the slot holds null or a job with
 * another ticket, and the claim cursor cannot pass it.
 * <p>
 * Invariants: R1 a slot outside [head, tail) is null. R2 a job stands in at most one published slot of all rings (its
 * ticket is taken by compare-and-set). R3 the jobs below the claim cursor belong to the thread that claimed them until
 * it marks them done, then to the holder of the drain token.
 */
final class Ring {
    /** Fills a slot whose number was taken but whose job was refused after all; has no phases. */
    static final Job VOID = new Job() {
        @Override
        protected void parallel(Worker worker) {}

        @Override
        protected void serial() {}
    };
    /** How many sequence bits a ticket carries; the rest is the shell's. */
    static final int TICKET_SEQUENCE_BITS = 40;
    private static final int MAX_BATCH = 16;

    private static final VarHandle JOBS = MethodHandles.arrayElementVarHandle(Job[].class);

    final RingCursors cursors;
    final DrainWords words;
    private final @Nullable Job[] jobs;
    /** Callback lane of each slot's job; null where the shell serialises inline. */
    private final char @Nullable [] lanes;
    private final int mask;
    private final long ticketBase;
    private final int claimants;

    /**
     * @param shellNumber 1 to 2^24-1, see {@link #ticket}
     * @param claimants how many threads are expected to claim, to share a short queue fairly
     */
    Ring(int capacity, long first, int shellNumber, int claimants, boolean withLanes) {
        cursors = new RingCursors(capacity, first);
        words = new DrainWords(capacity, first);
        jobs = new Job[capacity];
        lanes = withLanes ? new char[capacity] : null;
        mask = capacity - 1;
        ticketBase = (long) shellNumber << TICKET_SEQUENCE_BITS;
        this.claimants = claimants;
    }

    int capacity() {
        return mask + 1;
    }

    /**
     * The ticket of a job at a place. Two places share one only if their shells' numbers agree modulo 2^24 and their
     * sequence numbers modulo 2^40; that matters only to a job that two threads submit in the same instant, one to
     * each. Never {@link Job#IDLE}, since shell numbers begin at 1.
     */
    private long ticket(long sequence) {
        return ticketBase | (sequence & ((1L << TICKET_SEQUENCE_BITS) - 1));
    }

    /**
     * Publishes a job in a slot whose number the caller has taken. A full fence in any case.
     *
     * @return false if the job was in flight already; the slot was filled with {@link #VOID}
     */
    boolean publish(long sequence, Job job, int lane) {
        int i = (int) sequence & mask;
        if (lanes != null) {
            lanes[i] = (char) lane; // plain: published by the ticket, like the rest of the submission
        }
        JOBS.setRelease(jobs, i, job); // ordered before the ticket, without which nobody believes it
        if (job.casTicket(ticket(sequence))) {
            return true;
        }
        publishVoid(sequence);
        return false;
    }

    /** Publishes a slot without a job. A full fence. */
    void publishVoid(long sequence) {
        JOBS.setVolatile(jobs, (int) sequence & mask, VOID); // pairs with isPublished
    }

    @SuppressWarnings("ReferenceEquality") // identity is meant; a user's equals is not ours to call
    static boolean isVoid(Job job) {
        return job == VOID;
    }

    /** Whether a number at or above the claim cursor and below the tail can be claimed. */
    private boolean isPublished(long sequence) {
        Job job = (Job) JOBS.getVolatile(jobs, (int) sequence & mask); // pairs with publish, publishVoid
        return job != null && (isVoid(job) || job.ticketVolatile() == ticket(sequence));
    }

    /**
     * Whether something can be claimed. All loads volatile: this is the second look of a worker that gives up. "No" is
     * only said while the cursor stands still; otherwise a helper that claims in between would hide what lies behind.
     */
    boolean hasClaimable() {
        for (;;) {
            long claim = cursors.claimVolatile();
            if (cursors.tailVolatile() - claim <= 0) {
                return false;
            }
            if (isPublished(claim)) {
                return true;
            }
            if (cursors.claimVolatile() == claim) {
                return false; // a submitter stands between number and publication; it will schedule the shell
            }
        }
    }

    /**
     * Claims a run of jobs for the calling thread.
     *
     * @param worker receives the first number
     * @return how many jobs, 0 if there is nothing to claim
     */
    int claim(Worker worker) {
        for (;;) {
            long claim = cursors.claimVolatile();
            long available = cursors.tailVolatile() - claim;
            if (available <= 0) {
                return 0;
            }
            int want = batch((int) available);
            int count = 0;
            while (count < want && isPublished(claim + count)) {
                count++;
            }
            if (count == 0) {
                if (cursors.claimVolatile() == claim) {
                    return 0; // a submitter stands between number and publication; it will schedule the shell
                }
            } else if (cursors.casClaim(claim, count)) {
                // The cursor did not move since it was read, so what isPublished saw are the jobs of these numbers.
                worker.batchStart = claim;
                return count;
            }
        }
    }

    /** A share of what is there: batches save read-modify-writes, but must leave something for the others. */
    private int batch(int available) {
        return Math.max(1, Math.min(MAX_BATCH, available / claimants));
    }

    /** A job the caller has claimed, or may serialise. Plain: claim's acquire or the drain token came before. */
    Job jobPlain(long sequence) {
        Job job = jobs[(int) sequence & mask];
        assert job != null : "no job at sequence=" + sequence;
        return job;
    }

    /** Some job around a number, or null; for reports. */
    @Nullable
    Job peekAcquire(long sequence) {
        return (Job) JOBS.getAcquire(jobs, (int) sequence & mask);
    }

    /** Empties a slot before the head moves past it. Only for the holder of the drain token. */
    void clearPlain(long sequence) {
        jobs[(int) sequence & mask] = null; // published to the slot's next submitter by the head's release
    }

    /** The lane of a job that is done. Only for the holder of the drain token, who has acquired its unit. */
    int lanePlain(long sequence) {
        return lanes == null ? 0 : lanes[(int) sequence & mask];
    }

    /** Jobs accepted and not yet handed to their serial phase. A snapshot. */
    int inFlight() {
        long head = cursors.headVolatile();
        return (int) Math.max(0, Math.min(capacity(), cursors.tailVolatile() - head));
    }

    /** Whether one more job would fit now. */
    boolean hasRoom() {
        return cursors.hasRoom(cursors.tailVolatile());
    }

    /** Whether every accepted job was serialised, callbacks included. */
    boolean isDrained() {
        long head = cursors.headVolatile();
        return cursors.tailVolatile() == head && words.isParkedAt(head);
    }

    /** For checkers: C1, D2 and R1 in a ring where nothing is in flight; null if they hold. */
    @Nullable
    String quietViolation() {
        long head = cursors.headVolatile();
        if (cursors.claimVolatile() != head || cursors.tailVolatile() != head) {
            return "head=" + head + " claim=" + cursors.claimVolatile() + " tail=" + cursors.tailVolatile();
        }
        for (int i = 0; i < jobs.length; i++) {
            if (JOBS.getVolatile(jobs, i) != null) {
                return "slot " + i + " is not empty";
            }
        }
        return words.isQuiet(head) ? null : "a word is neither pending nor the parked token";
    }
}
