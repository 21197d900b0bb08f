package org.quern.kapi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Each kind just inside and just outside. */
class MemoryConstraintTest {
    @ParameterizedTest
    @CsvSource({"0, 0, true", "1, 24, true", "1, 23, false", "2, 48, true", "2, 47, false", "-1, 1000, false",
            "9223372036854775807, 1000, false", "384307168202282326, 1000, false", "4, 96, true"})
    void sizedByACount(long count, long bytes, boolean holds) {
        MemorySegment memory = MemorySegment.ofArray(new byte[(int) bytes]);
        assertThat(new MemoryConstraint.SizedBy("n", 24, 1).holds(memory, count)).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, true", "1, 1, true", "1, 0, false", "4096, 1, true", "4097, 1, false", "4097, 2, true",
            "9223372036854775807, 100, false"})
    void sizedByACountOfSmallerUnits(long count, long bytes, boolean holds) {
        MemorySegment memory = MemorySegment.ofArray(new byte[(int) bytes]);
        assertThat(new MemoryConstraint.SizedBy("n", 1, 4096).holds(memory, count)).isEqualTo(holds);
    }

    @Test
    void accessible() {
        MemorySegment eight = MemorySegment.ofArray(new byte[8]);
        assertThat(new MemoryConstraint.Accessible(8).holds(eight)).isTrue();
        assertThat(new MemoryConstraint.Accessible(9).holds(eight)).isFalse();
    }

    @Test
    void text() {
        MemoryConstraint.Text text = new MemoryConstraint.Text(2, 4);
        try (Arena arena = Arena.ofConfined()) {
            assertThat(text.holds(arena.allocateFrom("ab"))).isTrue();
            assertThat(text.holds(arena.allocateFrom("abcd"))).isTrue();
            assertThat(text.holds(arena.allocateFrom("a"))).as("too short").isFalse();
            assertThat(text.holds(arena.allocateFrom("abcde"))).as("too long").isFalse();
            MemorySegment unterminated = arena.allocate(3).fill((byte) 'x');
            assertThat(text.holds(unterminated)).as("no zero byte").isFalse();
            assertThat(text.holds(MemorySegment.NULL)).as("no bytes at all").isFalse();
        }
    }

    @Test
    void path() {
        MemoryConstraint.Path path = new MemoryConstraint.Path();
        try (Arena arena = Arena.ofConfined()) {
            assertThat(path.holds(arena.allocateFrom(""))).isTrue();
            assertThat(path.holds(arena.allocateFrom("x".repeat(4095)))).isTrue();
            assertThat(path.holds(arena.allocateFrom("x".repeat(4096)))).isFalse();
            MemorySegment unterminated = arena.allocate(ValueLayout.JAVA_BYTE);
            unterminated.set(ValueLayout.JAVA_BYTE, 0, (byte) '/');
            assertThat(path.holds(unterminated)).isFalse();
        }
    }
}
