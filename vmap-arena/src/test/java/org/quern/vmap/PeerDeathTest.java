package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.share.ControlBlock;
import org.quern.vmap.share.PeerProcess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A process that dies after its n-th write to the shared books, for each n: from then on its writes do not arrive, and it
 * counts as dead. The survivor must find the books whole, the operation done or not done, and go on.
 */
class PeerDeathTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final int PAGES = 32;
    private static final long DOOMED = 0x7_0000_0001L; // no process's name

    private static final class Mortal extends ControlBlock {
        private long writesLeft = Long.MAX_VALUE;

        Mortal(MemorySegment memory) {
            super(memory);
        }

        boolean arrives() {
            return writesLeft-- > 0;
        }

        @Override
        protected void setPlain(long at, long value) {
            if (arrives()) {
                super.setPlain(at, value);
            }
        }

        @Override
        protected void setRelease(long at, long value) {
            if (arrives()) {
                super.setRelease(at, value);
            }
        }

        @Override
        protected boolean compareAndSetVolatile(long at, long expected, long value) {
            return !arrives() || super.compareAndSetVolatile(at, expected, value);
        }
    }

    private Mortal mortal;

    private SharedPages.Surroundings doomed() {
        return new SharedPages.Surroundings(DOOMED, identity -> true, () -> {}, memory -> mortal = new Mortal(memory));
    }

    private static SharedPages.Surroundings survivor() {
        return new SharedPages.Surroundings(PeerProcess.self(), identity -> identity != DOOMED, () -> {},
                ControlBlock::new);
    }

    static Stream<Arguments> operations() {
        return Stream.of(operation("allocate", a -> a.allocate(3)),
                operation("allocateAt", a -> a.allocateAt(8 * PAGE, 4)),
                operation("reserve", a -> a.reserve(20 * PAGE, 5)), operation("free", a -> a.free(4 * PAGE, 1)),
                operation("free in the middle of an allocation", a -> a.free(3 * PAGE, 2)),
                operation("freeAsync", a -> a.freeAsync(4 * PAGE, 1)), operation("show", a -> a.segment(4 * PAGE, 8)),
                operation("close", SparseArena::close));
    }

    private static Arguments operation(String name, Consumer<Arena32> operation) {
        return Arguments.of(Named.of(name, operation));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void theSurvivorGoesOn(Consumer<Arena32> operation) {
        long before = 0;
        long recovered = 0;
        for (long writes = 0;; writes++) {
            try (Arena32 survivor = Arena32.createIn(MemoryFile.create("death",
                    SparseArena.header(SparseArenaOptions.pages(PAGES), 32).pagesAt() + PAGES * PAGE),
                    SparseArenaOptions.pages(PAGES), survivor())) {
                boolean died = dieIn(survivor, operation, writes);
                survivor.pages().verify();
                ArenaUsage usage = survivor.usage();
                before = writes == 0 ? usage.allocatedPages() : before;
                recovered += usage.allocatedPages() == before ? 0 : 1;
                survivor.drain();
                assertThat(survivor.usage().unavailablePages()).as("after " + writes + " writes").isZero();
                usage = survivor.usage();
                long free = PAGES - usage.allocatedPages() - usage.reservedPages();
                for (long page = 0; page < free; page++) {
                    assertThat(survivor.allocate(1)).isInstanceOf(PageGrant.class);
                }
                assertThat(survivor.allocate(1)).isInstanceOf(ArenaRefusal.class);
                survivor.pages().verify();
                if (!died) {
                    assertThat(writes).as("writes of the operation").isPositive();
                    return;
                }
            }
        }
    }

    /** Whether it died before the operation was over. */
    private boolean dieIn(Arena32 survivor, Consumer<Arena32> operation, long writes) {
        Arena32 victim = Arena32.attach(survivor.file(), doomed());
        victim.allocateAt(2 * PAGE, 4).granted();
        mortal.writesLeft = writes;
        try {
            operation.accept(victim);
        } catch (RuntimeException e) {
            assertThat(mortal.writesLeft).as("of a process that lives: " + e).isNegative();
        }
        return mortal.writesLeft < 0;
    }

    @Test
    void aHolderThatLivesButDoesNotRunIsWaitedForAndNamed() {
        try (Arena32 arena = Arena32.createIn(MemoryFile.create("stalled",
                SparseArena.header(SparseArenaOptions.pages(8), 32).pagesAt() + 8 * PAGE),
                SparseArenaOptions.pages(8).patience(Duration.ofMillis(50)), new SharedPages.Surroundings(
                        PeerProcess.self(), identity -> true, () -> {}, ControlBlock::new))) {
            Arena32 peer = Arena32.attach(arena.file(), doomed());
            mortal.writesLeft = 1; // takes the lock, and stops: the write that gives it back does not arrive
            peer.allocate(1);
            long holder = PeerProcess.pid(DOOMED);
            mortal.writesLeft = Long.MAX_VALUE;
            assertThatThrownBy(() -> arena.allocate(1)).isInstanceOf(PeerStalledException.class)
                    .hasMessageContaining("process " + holder).hasMessageContaining("50 ms");
            mortal.setRelease(64, 0); // it runs again
            assertThat(arena.allocate(1)).isInstanceOf(PageGrant.class);
        }
    }

    @Test
    void booksThatWereOverwrittenAreNoticed() {
        try (Arena32 arena = Arena32.create(SparseArenaOptions.pages(8))) {
            Arena32 peer = Arena32.attach(arena.file(), doomed());
            mortal.setPlain(65_536, -1);
            assertThatThrownBy(() -> Arena32.attach(arena.file())).isInstanceOf(ArenaDamagedException.class)
                    .hasMessageContaining("overwritten");
            mortal.setPlain(65_536, 2 | 1 << 10);
            mortal.setPlain(65_536 + 16, 7 << 10);
            assertThat(Arena32.attach(arena.file()).allocate(7)).isInstanceOf(PageGrant.class);
            peer.close();
        }
    }
}
