package org.quern.jcstress.padata;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.quern.padata.run.Waiters;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * W1: a thread that waits for room and a drainer that makes some: the waiter sees the room, or the drainer counts it;
 * and whom the drainer counts it finds in a place and wakes.
 * <p>
 * The waiter stays inside its first look until the drainer is through, as one that waits does. If it was counted it is
 * told to wait on: the drainer's unpark has come by then, so the park has to end at once. That also uses up every permit
 * in the round that gave it: none is left to hide a lost wake-up of a later round.
 */
@JCStressTest
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "not counted, but saw the room")
@Outcome(id = {"0, 1, 1", "1, 1, 1"}, expect = ACCEPTABLE, desc = "counted and woken")
@Outcome(id = "0, 0, .*", expect = FORBIDDEN, desc = "neither saw the room nor was counted: lost wake-up")
@Outcome(id = ".*, 1, 0", expect = FORBIDDEN, desc = "counted, but not found in a place: lost wake-up")
@Outcome(expect = FORBIDDEN, desc = "woken by nobody")
@State
public class WaitersStress {
    /** A waiter that nobody woke comes back after this time; one that was woken, at once. */
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(10);

    private final Waiters waiters = new Waiters();
    private final AtomicInteger room = new AtomicInteger();
    private volatile int counted;
    private volatile boolean drainerThrough;
    private volatile boolean waiterGone;

    /** A free place is there already: the waiter takes it by compare-and-set, as in all rounds but the first. */
    public WaitersStress() {
        waiters.awaitInterruptibly(() -> true, Waiters.FOREVER);
    }

    @Actor
    public void waiter(III_Result r) {
        Look look = new Look();
        waiters.awaitInterruptibly(() -> look.isReady(this), LIMIT);
        r.r1 = look.sawRoom;
        r.r3 = look.woken;
        waiterGone = true;
    }

    @Actor
    public void drainer(III_Result r) {
        room.getAndSet(1); // a read-modify-write, as where the drainer parks its token
        if (waiters.any()) {
            counted = 1;
            waiters.wakeAll();
        }
        drainerThrough = true;
        r.r2 = counted;
        while (!waiterGone) { // into the next round together
            Thread.yield();
        }
    }

    /** What the waiter finds, first and second time; used by its thread only. */
    private static final class Look {
        private boolean again;
        private long parkedAt;
        private int sawRoom;
        private int woken;

        private boolean isReady(WaitersStress state) {
            if (again) {
                woken = System.nanoTime() - parkedAt < LIMIT / 2 ? 1 : 0;
                return true;
            }
            again = true;
            sawRoom = state.room.get();
            while (!state.drainerThrough) {
                Thread.yield();
            }
            parkedAt = System.nanoTime();
            return state.counted == 0;
        }
    }
}
