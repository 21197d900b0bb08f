package org.quern.padata.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** W1: no wake-up is lost, and places are used again. */
@Timeout(30)
class WaitersTest {
    private final Waiters waiters = new Waiters();

    @AfterEach
    void nobodyShouldBeLeft() {
        assertThat(waiters.any()).isFalse();
    }

    @Test
    void aPlaceShouldBeUsedAgain() {
        for (int i = 0; i < 1000; i++) {
            assertThat(waiters.awaitInterruptibly(() -> true, Waiters.FOREVER)).isTrue();
        }
        assertThatThrownBy(() -> waiters.await(() -> {
            throw new IllegalStateException("thrown while waiting");
        }, Waiters.FOREVER)).isInstanceOf(IllegalStateException.class);
        assertThat(waiters.awaitInterruptibly(() -> false, 1)).isFalse();
        assertThat(waiters.placeCount()).isOne();
    }

    @Test
    void allWaitersShouldBeWokenAgainAndAgainFromTheSamePlaces() throws Exception {
        int threads = 7;
        for (int round = 0; round < 20; round++) {
            AtomicBoolean ready = new AtomicBoolean();
            List<Thread> waiting = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                waiting.add(Thread.ofPlatform().start(() -> waiters.await(ready::get, Waiters.FOREVER)));
            }
            for (Thread thread : waiting) {
                while (thread.getState() != Thread.State.WAITING) {
                    Thread.sleep(1);
                }
            }
            ready.set(true);
            assertThat(waiters.any()).isTrue();
            waiters.wakeAll();
            for (Thread thread : waiting) {
                thread.join();
            }
            assertThat(waiters.placeCount()).isEqualTo(threads);
        }
    }

    @Test
    void aPlaceShouldHaveOneThreadAtATime() throws Exception {
        AtomicInteger without = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int k = 0; k < 200_000; k++) {
                    waiters.awaitInterruptibly(() -> {
                        without.addAndGet(waiters.hasPlace(Thread.currentThread()) ? 0 : 1);
                        return true;
                    }, Waiters.FOREVER);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(without.get()).as("times a thread had lost its place").isZero();
        assertThat(waiters.placeCount()).isBetween(1, 3);
    }

    @Test
    void noWakeUpShouldBeLostWhileOthersComeAndGo() throws Exception {
        int turns = 2000;
        AtomicInteger turn = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        Thread passerBy = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                waiters.awaitInterruptibly(() -> true, Waiters.FOREVER); // takes and leaves places
            }
        });
        // Each hands the turn to the other and then waits for it: one lost wake-up and nothing moves any more.
        List<Thread> players = new ArrayList<>();
        for (int player = 0; player < 2; player++) {
            int mine = player;
            players.add(Thread.ofPlatform().start(() -> {
                while (turn.get() < turns) {
                    waiters.await(() -> turn.get() % 2 == mine || turn.get() >= turns, Waiters.FOREVER);
                    turn.incrementAndGet(); // a read-modify-write, as the drainer's
                    if (waiters.any()) {
                        waiters.wakeAll();
                    }
                }
            }));
        }
        for (Thread player : players) {
            player.join();
        }
        stop.set(true);
        passerBy.join();
        assertThat(waiters.placeCount()).isBetween(1, 3);
    }
}
