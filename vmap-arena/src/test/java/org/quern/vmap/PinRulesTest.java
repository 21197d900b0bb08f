package org.quern.vmap;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What may be done with a page that is unpinned, held, pinned, pinned long-term: each cell of the table, on each back end. */
class PinRulesTest {
    private static final long PAGES = 4;

    enum State {
        UNPINNED, HELD, PINNED, LONG_TERM;

        AutoCloseable take(VmapArena arena, PageRange range, boolean part) {
            long count = part ? 1 : range.pages();
            return switch (this) {
                case UNPINNED -> () -> {};
                case HELD -> arena.pins().hold(range, 0, count, "table");
                case PINNED -> arena.pins().pin(range, 0, count, PinOptions.of("table"));
                case LONG_TERM -> arena.pins().pin(range, 0, count, PinOptions.of("table").longTerm());
            };
        }

        boolean isPinned() {
            return this == PINNED || this == LONG_TERM;
        }
    }

    enum Act {
        ACCESS, FREE, DECOMMIT, FREE_WHEN_UNPINNED, MOVE, SNAPSHOT, CLOSE, CLOSE_WITH_DEADLINE;

        /** Whether it is to succeed at once. */
        boolean succeeds(State state) {
            return this == ACCESS || this == SNAPSHOT || !state.isPinned();
        }
    }

    static Stream<Arguments> cells() {
        List<Arguments> cells = new ArrayList<>();
        for (BackEnd backEnd : BackEnd.values()) {
            for (Act act : Act.values()) {
                for (State state : State.values()) {
                    cells.add(Arguments.of(backEnd, act, state, false));
                    cells.add(Arguments.of(backEnd, act, state, true));
                }
            }
        }
        return cells.stream();
    }

    @ParameterizedTest
    @MethodSource("cells")
    void cell(BackEnd backEnd, Act act, State state, boolean part) throws Exception {
        VmapArena arena = VmapArena.open(ArenaOptions.reserving(1 << 22).named("cells").on(backEnd));
        try {
            PageRange range = arena.allocatePages(PAGES);
            arena.segment(range).set(ValueLayout.JAVA_LONG, 0, 42);
            AutoCloseable handle = state.take(arena, range, part);
            if (act.succeeds(state)) {
                perform(act, arena, range, state);
                if (handle instanceof Hold hold) {
                    boolean gone = act != Act.ACCESS && act != Act.SNAPSHOT && act != Act.DECOMMIT && act != Act.MOVE;
                    assertThat(hold.isGone()).isEqualTo(gone);
                }
                handle.close();
            } else if (act == Act.FREE_WHEN_UNPINNED && state == State.PINNED) {
                assertThat(arena.freeWhenUnpinned(range)).isEqualTo(FreeOutcome.DEFERRED);
                assertThat(((Pin) handle).segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
                assertThatThrownBy(() -> arena.segment(range)).isInstanceOf(StaleHandleException.class);
                assertThatThrownBy(() -> arena.pins().pin(range, PinOptions.of("late")))
                        .isInstanceOf(StaleHandleException.class);
                assertThat(arena.stats().ranges()).isEqualTo(1);
                handle.close();
                assertThat(arena.stats().ranges()).isZero();
            } else {
                assertThatThrownBy(() -> perform(act, arena, range, state)).isInstanceOf(RangeBusyException.class)
                        .hasMessageContaining("table");
                assertThat(arena.segment(range).get(ValueLayout.JAVA_LONG, 0)).as("nothing was changed").isEqualTo(42);
                arena.pins().pin(range, PinOptions.of("another")).close();
                handle.close();
                perform(act, arena, range, State.UNPINNED);
            }
        } finally {
            arena.verify();
            arena.close();
        }
    }

    private static void perform(Act act, VmapArena arena, PageRange range, State state) throws Exception {
        switch (act) {
            case ACCESS -> assertThat(arena.segment(range).get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
            case FREE -> arena.free(range);
            case DECOMMIT -> {
                arena.decommit(range);
                assertThat(arena.segment(range).get(ValueLayout.JAVA_LONG, 0)).isZero();
            }
            case FREE_WHEN_UNPINNED -> assertThat(arena.freeWhenUnpinned(range)).isEqualTo(FreeOutcome.FREED);
            case MOVE -> arena.useHugePages(range);
            case SNAPSHOT -> assertThat(arena.pins().maybePinned(range.offset(), range.bytes()))
                    .isEqualTo(state.isPinned());
            case CLOSE -> arena.close();
            case CLOSE_WITH_DEADLINE -> arena.close(Duration.ofMillis(20));
        }
    }
}
