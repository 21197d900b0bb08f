package org.quern.vmap.heap;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.slab.Latch;

/**
 * The magazines of all threads: one set for each platform thread that allocates, and for virtual threads, of which there may be
 * millions, a few shared sets (stripes).
 *
 * <pre>
 *   by thread id mod 1024    [ . | A | . | . | B | . ]      a hint: A is right if it says that its owner is the caller
 *   all                      { A, B, C, .. }                found here otherwise, or made
 *   stripes                  [ S0 | S1 | S2 | S3 ]          for virtual threads: the first that nobody is using
 * </pre>
 *
 * Invariant: a set of magazines is used by its owner; or, once its owner has ended, by the one thread that removed it from
 * {@code all}; or, if a stripe, by who holds its lock. Sets of ended threads are found when a new one is made, when
 * memory runs out, and by {@link #recover}.
 *
 * <p>
 * Rejected: ThreadLocal (twice the cost of the table, and it tells nobody that a thread has ended); a set for each virtual
 * thread.
 */
public final class ThreadMagazines {
    private static final int HINTS = 1024;

    private final CentralHeap heap;
    private final @Nullable OwnedMagazines[] hints = new OwnedMagazines[HINTS];
    private final ConcurrentHashMap<Long, OwnedMagazines> implicit = new ConcurrentHashMap<>();
    private final Set<OwnedMagazines> explicit = ConcurrentHashMap.newKeySet();
    private final Stripe[] stripes;
    private volatile boolean revoked; // before the sets are walked; pairs with the reads after one was added

    /**
     * None yet.
     *
     * @param heap where blocks come from
     */
    public ThreadMagazines(CentralHeap heap) {
        this.heap = heap;
        int count = Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1) * 2;
        this.stripes = new Stripe[count];
        for (int i = 0; i < count; i++) {
            stripes[i] = new Stripe(new Magazines(heap));
        }
    }

    /** Magazines that several threads use, one at a time. */
    private static final class Stripe {
        private final Latch latch = new Latch();
        private final Magazines magazines;

        Stripe(Magazines magazines) {
            this.magazines = magazines;
        }
    }

    /**
     * The calling thread's own magazines, if they are found at once.
     *
     * @return null if not: use {@link #mine} or {@link #shared}
     */
    public @Nullable Magazines hint() {
        long id = Thread.currentThread().threadId();
        OwnedMagazines found = hints[(int) id & (HINTS - 1)];
        return found != null && found.ownerOpaque() == id ? found.magazines() : null;
    }

    /**
     * The calling thread's own magazines, made if need be.
     *
     * @return null for a virtual thread: use {@link #shared}
     */
    public @Nullable Magazines mine() {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            return null;
        }
        OwnedMagazines found = implicit.get(thread.threadId());
        if (found == null) {
            recover(); // a thread has come, perhaps because another has gone
            found = new OwnedMagazines(new Magazines(heap), thread);
            implicit.put(found.id(), found);
        }
        hints[(int) found.id() & (HINTS - 1)] = found;
        if (revoked) {
            found.revokeOpaque(); // closed meanwhile, perhaps before we were in the map
        }
        return found.magazines();
    }

    /**
     * Magazines of the calling thread besides those of {@link #mine}.
     *
     * @return to be given to {@link #close} in the end
     */
    public OwnedMagazines open() {
        recover();
        OwnedMagazines made = new OwnedMagazines(new Magazines(heap), Thread.currentThread());
        explicit.add(made);
        if (revoked) {
            made.revokeOpaque(); // closed meanwhile, perhaps before we were in the set
        }
        return made;
    }

    /**
     * Drains magazines that were made by {@link #open}; a second call does nothing.
     *
     * @param magazines the calling thread's, or those of a thread that has ended
     */
    public void close(OwnedMagazines magazines) {
        if (explicit.remove(magazines)) {
            magazines.revokeOpaque();
            magazines.magazines().drain();
        }
    }

    /**
     * Does something with magazines that no thread owns: the first stripe that is free, beginning at one that depends on
     * the calling thread. If all are busy, waits for that one.
     *
     * @param action called once, while the stripe is held
     * @return what it returned
     */
    public long shared(ToLongFunction<Magazines> action) {
        int begin = (int) Thread.currentThread().threadId() & (stripes.length - 1);
        Stripe stripe = stripes[begin];
        for (int i = 0; i < stripes.length; i++) {
            Stripe next = stripes[begin ^ i];
            if (next.latch.tryEnter()) {
                return run(action, next);
            }
        }
        stripe.latch.enter();
        return run(action, stripe);
    }

    private static long run(ToLongFunction<Magazines> action, Stripe entered) {
        try {
            return action.applyAsLong(entered.magazines);
        } finally {
            entered.latch.leave();
        }
    }

    /** Drains the stripes that are not in use, and the magazines of threads that have ended. */
    public void recover() {
        implicit.forEach((id, magazines) -> {
            if (magazines.isOrphaned() && implicit.remove(id, magazines)) {
                drop(magazines);
            }
        });
        for (OwnedMagazines magazines : explicit) {
            if (magazines.isOrphaned()) {
                close(magazines);
            }
        }
    }

    private void drop(OwnedMagazines orphan) {
        int slot = (int) orphan.id() & (HINTS - 1);
        if (hints[slot] == orphan) {
            hints[slot] = null; // racy, and benign: at worst a hint is lost
        }
        orphan.magazines().drain();
    }

    /** From now on no thread finds magazines of its own. */
    public void revoke() {
        revoked = true;
        implicit.values().forEach(OwnedMagazines::revokeOpaque);
        explicit.forEach(OwnedMagazines::revokeOpaque);
    }

    /** Drains everything that no running thread owns, and the calling thread's own magazines. */
    public void drainReachable() {
        recover();
        OwnedMagazines own = implicit.get(Thread.currentThread().threadId());
        if (own != null) {
            own.magazines().drain();
        }
        for (Stripe stripe : stripes) {
            if (stripe.latch.tryEnter()) {
                try {
                    stripe.magazines.drain();
                } finally {
                    stripe.latch.leave();
                }
            }
        }
    }

    /**
     * How many blocks of a class wait in magazines; of threads at work, nearly.
     *
     * @param sizeClass the class
     * @return 0 or more
     */
    public long waiting(int sizeClass) {
        long sum = 0;
        for (OwnedMagazines m : implicit.values()) {
            sum += m.magazines().size(sizeClass);
        }
        for (OwnedMagazines m : explicit) {
            sum += m.magazines().size(sizeClass);
        }
        for (Stripe stripe : stripes) {
            sum += stripe.magazines.size(sizeClass);
        }
        return sum;
    }

    /**
     * How many sets there are.
     *
     * @return threads with magazines, and explicit ones
     */
    public int sets() {
        return implicit.size() + explicit.size();
    }

    /**
     * How many blocks given back twice by a race were dropped.
     *
     * @return 0 or more
     */
    public long caught() {
        long sum = 0;
        for (OwnedMagazines m : implicit.values()) {
            sum += m.magazines().caught();
        }
        for (Stripe stripe : stripes) {
            sum += stripe.magazines.caught();
        }
        return sum;
    }
}
