package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

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
 *     | job | job | job | job | job | VOID|null |null |     jobs[sequence &amp; mask]
 *     +-----+-----+-----+-----+-----+-----+-----+-----+
 *     |  3  |  .  |  .  |  0  |  0  |  0  |  0  |  0  |     words: a unit of three is done, see DrainWords
 *     +-----+-----+-----+-----+-----+-----+-----+-----+
 * </pre>
 * A slot is <em>published</em> when it is not null. A submitter first takes the number, then looks whether it may
 * submit, then fills the slot with its job or with {@link #VOID}; the claim cursor cannot pass a slot in between.
 * <p>
 * Invariants: R1 a slot outside [head, tail) is null. R2 a job stands in one slot of all rings (its ticket is taken by
 * compare-and-set; for what single-producer shells do instead, see {@link Tickets}). R3 the jobs below the claim cursor
 * belong to the thread that claimed them until it marks them done, then to the holder of the drain token.
 */
final class Ring {
    /** Fills a slot whose number was taken but whose job was refused after all; has no phases. */
    static final Job VOID = new Job() {
        @Override
        protected void parallel(Worker worker) {}

        @Override
        protected void serial() {}
    };
    private static final int MAX_BATCH = 16;

    private static final VarHandle JOBS = MethodHandles.arrayElementVarHandle(Object[].class);

    final RingCursors cursors;
    final DrainWords words;
    /** Jobs; declared wider, since a store into an array of jobs would look whether it is one. */
    private final @Nullable Object[] jobs;
    /** Callback CPU of each slot's job; null where the shell serialises inline. */
    private final char @Nullable [] callbackCpus;
    private final int mask;
    /** Whether the jobs stand in their slots for good, and the tail alone says which are published. */
    private final boolean fixed;

    Ring(int capacity, long first, boolean withCallbackCpus) {
        this(new Object[capacity], first, withCallbackCpus, false);
    }

    /** @param jobs a power of two of them, for good: those of a {@link SlotShell} */
    static Ring of(Job[] jobs, long first, boolean withCallbackCpus) {
        return new Ring(Arrays.copyOf(jobs, jobs.length, Object[].class), first, withCallbackCpus, true);
    }

    private Ring(@Nullable Object[] jobs, long first, boolean withCallbackCpus, boolean fixed) {
        this.jobs = jobs;
        this.fixed = fixed;
        int capacity = jobs.length;
        cursors = new RingCursors(capacity, first, fixed);
        words = new DrainWords(capacity, first);
        callbackCpus = withCallbackCpus ? new char[capacity] : null;
        mask = capacity - 1;
    }

    /** Whether the jobs stand in their slots for good: then the head moves after their serial phases, not before. */
    boolean isFixed() {
        return fixed;
    }

    /** Notes the callback CPU of a fixed job, before the tail publishes it. */
    void setCallbackCpuPlain(long sequence, int callbackCpu) {
        if (callbackCpus != null) {
            callbackCpus[(int) sequence & mask] = (char) callbackCpu;
        }
    }

    int capacity() {
        return mask + 1;
    }

    /** Fills a slot whose number the caller has taken; a light or full fence and {@code announce} must follow. */
    void publishRelease(long sequence, Job job, int callbackCpu) {
        int i = (int) sequence & mask;
        if (callbackCpus != null) {
            callbackCpus[i] = (char) callbackCpu; // plain: published by the slot, like the rest of the submission
        }
        JOBS.setRelease(jobs, i, job); // pairs with isPublished
    }

    @SuppressWarnings("ReferenceEquality") // identity is meant; a user's equals is not ours to call
    static boolean isVoid(Job job) {
        return job == VOID;
    }

    /** Whether a number at or above the claim cursor and below the tail can be claimed. Pairs with publishRelease. */
    private boolean isPublished(long sequence) {
        return fixed || JOBS.getVolatile(jobs, (int) sequence & mask) != null;
    }

    /**
     * Whether something can be claimed. All loads volatile: this is the second look of a worker that gives up. "No" is
     * only said while the cursor stands still; otherwise a helper that claims in between would hide what lies behind it.
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
                return false; // a submitter stands between number and publication; it will announce its job
            }
        }
    }

    /**
     * Claims a run of jobs for the calling thread.
     *
     * @param worker receives the first number
     * @param claimants how many threads are expected to claim, to share a short queue fairly
     * @return how many jobs, 0 if there is nothing to claim
     */
    int claim(Worker worker, int claimants) {
        for (;;) {
            long claim = cursors.claimVolatile();
            long available = cursors.tailVolatile() - claim;
            if (available <= 0) {
                return 0;
            }
            // A share of what is there: batches save read-modify-writes, but must leave something for the others.
            int want = Math.max(1, (int) Math.min(MAX_BATCH, available / claimants));
            int count = 0;
            if (fixed) {
                count = want; // the tail has published them
            }
            while (count < want && isPublished(claim + count)) {
                count++;
            }
            if (count == 0) {
                if (cursors.claimVolatile() == claim) {
                    return 0; // a submitter stands between number and publication; it will announce its job
                }
            } else if (cursors.casClaim(claim, count)) {
                // The cursor did not move since it was read, so what isPublished saw are the jobs of these numbers.
                worker.batchStart = claim;
                return count;
            }
        }
    }

    /** A job the caller has claimed, or may serialise. Plain: claim's acquire or the drain token came before. */
    Job jobPlain(long sequence) {
        Job job = (Job) jobs[(int) sequence & mask];
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
        if (fixed) {
            return;
        }
        jobs[(int) sequence & mask] = null; // published to the slot's next submitter by the head's release
    }

    /** The callback CPU of a job that is done. Only for the holder of the drain token, who has acquired its unit. */
    int callbackCpuPlain(long sequence) {
        return callbackCpus == null ? 0 : callbackCpus[(int) sequence & mask];
    }

    /** Whether a submitter stands between taking a number and filling its slot, among the numbers below {@code end}. */
    boolean isFilledBelow(long end) {
        if (fixed) { // or given back: the number taken goes back then
            return cursors.tailVolatile() - (end - cursors.takenVolatile() < 0 ? end : cursors.takenVolatile()) >= 0;
        }
        for (long sequence = cursors.claimVolatile(); end - sequence > 0; sequence++) {
            if (!isPublished(sequence) && sequence - cursors.claimVolatile() >= 0) {
                return false;
            }
        }
        return true;
    }

    /** Jobs accepted and not yet handed to their serial phase. A snapshot. */
    int inFlight() {
        long head = cursors.headVolatile();
        return (int) Math.max(0, Math.min(capacity(), cursors.takenVolatile() - head));
    }

    /** Jobs accepted and not yet claimed. A snapshot. */
    int waiting() {
        long claim = cursors.claimVolatile();
        return (int) Math.max(0, Math.min(capacity(), cursors.tailVolatile() - claim));
    }

    /** Jobs that are done and wait for an earlier one. A snapshot that costs a walk. */
    int completeBehindHead() {
        long head = cursors.headVolatile();
        long claim = cursors.claimVolatile();
        int found = 0;
        for (long sequence = head; claim - sequence > 0;) {
            int unit = words.doneAt(sequence);
            found += unit;
            sequence += Math.max(1, unit);
        }
        return Math.min(found, capacity());
    }

    /** Whether one more job would fit now. */
    boolean hasRoom() {
        return cursors.hasRoom(cursors.tailVolatile());
    }

    /** Whether every accepted job was serialised, callbacks included. */
    boolean isDrained() {
        long head = cursors.headVolatile();
        return cursors.takenVolatile() == head && words.isParkedAt(head);
    }

    /** For checkers: C1, D2 and R1 in a ring where nothing is in flight; null if they hold. */
    @Nullable
    String quietViolation() {
        long head = cursors.headVolatile();
        if (cursors.claimVolatile() != head || cursors.tailVolatile() != head) {
            return "head=" + head + " claim=" + cursors.claimVolatile() + " tail=" + cursors.tailVolatile();
        }
        for (int i = 0; i < jobs.length; i++) {
            if ((JOBS.getVolatile(jobs, i) != null) != fixed) {
                return "slot " + i + (fixed ? " is empty" : " is not empty");
            }
        }
        return words.isQuiet(head) ? null : "a word is neither pending nor the parked token";
    }
}
