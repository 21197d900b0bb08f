package org.quern.vmap.share;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;

/**
 * A lock among processes, in one word of shared memory, that survives the death of its holder.
 *
 * <pre>
 *     0  --- compare-and-set --->  holder's name  --- release store of 0 --->  0
 *                                       |
 *                                       | holder is dead: compare-and-set by one who waits
 *                                       v
 *                                  the new holder's name; it must complete what the dead one began
 * </pre>
 *
 * Threads of one process exclude each other by a lock of their own first, so the word is contended among processes only.
 * Waiting spins a little, then sleeps for 50 us to 1 ms at a time, and looks every few milliseconds whether the holder
 * still lives. A holder that lives but does not run (SIGSTOP) is waited for until a time limit. Not fair. An interrupt does
 * not end the wait; it stays set.
 */
final class SharedLock {
    private static final int SPINS = 100;
    private static final long SHORTEST_SLEEP = 50_000;
    private static final long LONGEST_SLEEP = 1_000_000;
    private static final long LOOK_EVERY = 5_000_000;

    private final ControlBlock block;
    private final long self;
    private final LongPredicate alive;

    SharedLock(ControlBlock block, long self, LongPredicate alive) {
        this.block = block;
        this.self = self;
        this.alive = alive;
    }

    /**
     * Takes the lock.
     *
     * @return whether it was obtained, and whether its holder had died
     */
    Taken lock(long limitNanos) {
        // Pairs with the release in unlock: what the last holder wrote is seen.
        if (block.compareAndSetVolatile(ControlBlock.AT_LOCK, 0, self)) {
            return Taken.FREE;
        }
        boolean interrupted = Thread.interrupted();
        try {
            return await(System.nanoTime(), limitNanos);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** How the lock was obtained. */
    enum Taken {
        /** Nobody held it. */
        FREE,
        /** A dead process held it: its change is to be completed. */
        FROM_THE_DEAD,
        /** It was not obtained within the limit. */
        NOT
    }

    private Taken await(long began, long limitNanos) {
        long sleep = SHORTEST_SLEEP;
        long looked = began;
        for (int spin = 0;; spin++) {
            long holder = block.getAcquire(ControlBlock.AT_LOCK);
            // Both pair with the release in unlock.
            if (holder == 0) {
                if (block.compareAndSetVolatile(ControlBlock.AT_LOCK, 0, self)) {
                    return Taken.FREE;
                }
                continue;
            }
            if (spin < SPINS) {
                Thread.onSpinWait();
                continue;
            }
            long now = System.nanoTime();
            if (now - looked >= LOOK_EVERY || spin == SPINS) {
                looked = now;
                // Of those who find the holder dead one takes its place: the word is still the dead one's name.
                if (!alive.test(holder)
                        && block.compareAndSetVolatile(ControlBlock.AT_LOCK, holder, self)) {
                    return Taken.FROM_THE_DEAD;
                }
            }
            if (now - began >= limitNanos) {
                return Taken.NOT;
            }
            LockSupport.parkNanos(sleep);
            Thread.interrupted(); // else it would not sleep again; the caller's interrupt is restored at the end
            sleep = Math.min(2 * sleep, LONGEST_SLEEP);
        }
    }

    /** Gives the lock back. */
    void unlock() {
        block.setRelease(ControlBlock.AT_LOCK, 0); // pairs with the compare-and-set and the acquire in lock
    }

    /** The process number of who holds it now, for messages. */
    long holderPid() {
        return PeerProcess.pid(block.getAcquire(ControlBlock.AT_LOCK)); // a snapshot: pairs with nothing
    }
}
