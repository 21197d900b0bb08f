package org.quern.padata.order;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** C1, wherever the numbers begin. */
class RingCursorsTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, -3, (1L << 32) - 2, Long.MAX_VALUE, Long.MAX_VALUE - 2, Long.MIN_VALUE})
    void shouldHoldExactlyTheCapacity(long first) {
        int capacity = 4;
        RingCursors cursors = new RingCursors(capacity, first);
        for (int lap = 0; lap < 10; lap++) {
            long head = first + (long) lap * capacity;
            for (int i = 0; i < capacity; i++) {
                assertThat(cursors.hasRoom(head + i)).isTrue();
                assertThat(cursors.casTail(head + i, 1)).isTrue();
                assertThat(cursors.casTail(head + i, 1)).isFalse();
            }
            assertThat(cursors.hasRoom(cursors.tailVolatile())).isFalse();
            assertThat(cursors.casClaim(head, 3)).isTrue();
            assertThat(cursors.casClaim(head, 1)).isFalse();
            assertThat(cursors.casClaim(head + 3, 1)).isTrue();
            cursors.setHeadRelease(head + 1);
            assertThat(cursors.hasRoom(head + capacity)).isTrue();
            assertThat(cursors.hasRoom(head + capacity + 1)).isFalse();
            cursors.setHeadRelease(head + capacity);
        }
        assertThat(cursors.headVolatile()).isEqualTo(cursors.claimVolatile()).isEqualTo(cursors.tailVolatile())
                .isEqualTo(cursors.headPlain());
    }
}
