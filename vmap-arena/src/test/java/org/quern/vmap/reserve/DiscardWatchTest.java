package org.quern.vmap.reserve;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DiscardWatchTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private final List<String> calls = new ArrayList<>();
    private final Reservation reservation;

    DiscardWatchTest() throws ReservationFailure {
        reservation = Reservation.open("watched", 16 * PAGE, 16 * PAGE);
    }

    private final class Watch implements DiscardWatch {
        private final String name;
        private boolean willing = true;

        Watch(String name) {
            this.name = name;
        }

        @Override
        public boolean permit(long offset, long length) {
            calls.add(name + "? " + offset / PAGE + "+" + length / PAGE);
            return willing;
        }

        @Override
        public void settled(long offset, long length, boolean discarded) {
            calls.add(name + (discarded ? " done" : " not done") + " " + offset / PAGE + "+" + length / PAGE);
        }
    }

    private byte touch(long offset) {
        try (var scope = java.lang.foreign.Arena.ofConfined()) {
            var segment = reservation.segment(offset, PAGE, scope);
            byte before = segment.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0);
            segment.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 0, (byte) 7);
            return before;
        }
    }

    @Test
    void allAreAskedInOrderAndToldInReverse() {
        reservation.watch(new Watch("a"));
        reservation.watch(new Watch("b"));
        touch(2 * PAGE);
        reservation.decommit(2 * PAGE, 3 * PAGE);
        assertThat(calls).containsExactly("a? 2+3", "b? 2+3", "b done 2+3", "a done 2+3");
        assertThat(touch(2 * PAGE)).isZero();
    }

    @Test
    void aVetoChangesNothingAndWhoPermittedIsTold() {
        Watch second = new Watch("b");
        reservation.watch(new Watch("a"));
        reservation.watch(second);
        reservation.watch(new Watch("c"));
        touch(0);
        second.willing = false;
        assertThatThrownBy(() -> reservation.decommit(0, PAGE)).isInstanceOf(DiscardVetoed.class);
        assertThat(calls).as("c is not asked, b is not told").containsExactly("a? 0+1", "b? 0+1", "a not done 0+1");
        assertThat(touch(0)).as("kept").isEqualTo((byte) 7);
        assertThatThrownBy(reservation::relinquish).isInstanceOf(DiscardVetoed.class);
        assertThat(touch(0)).isEqualTo((byte) 7);

        second.willing = true;
        calls.clear();
        reservation.decommit(0, PAGE);
        assertThat(calls).hasSize(6).contains("c done 0+1", "b done 0+1", "a done 0+1");
        assertThat(touch(0)).isZero();
    }

    @Test
    void nothingIsAskedForNothing() {
        reservation.watch(new Watch("a"));
        reservation.decommit(PAGE, 0);
        assertThatThrownBy(() -> reservation.decommit(1, PAGE)).isInstanceOf(IllegalArgumentException.class);
        assertThat(calls).isEmpty();
    }
}
