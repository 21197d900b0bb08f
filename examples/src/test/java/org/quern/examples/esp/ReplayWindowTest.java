package org.quern.examples.esp;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReplayWindowTest {
    @Test
    void admitsEachNumberOnceWhileItIsInTheWindow() {
        ReplayWindow window = new ReplayWindow();
        assertThat(window.admit(0)).as("never valid").isFalse();
        assertThat(window.admit(1)).isTrue();
        assertThat(window.admit(1)).isFalse();
        assertThat(window.admit(64)).isTrue();
        assertThat(window.admit(2)).isTrue();
        assertThat(window.admit(2)).isFalse();
        assertThat(window.admit(65)).isTrue();
        assertThat(window.admit(1)).as("left the window").isFalse();
        assertThat(window.admit(0xFFFF_FFFFL)).isTrue();
        assertThat(window.admit(66)).isFalse();
        window.reset();
        assertThat(window.admit(66)).isTrue();
    }

    @Test
    void agreesWithASetOfNumbers() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        ReplayWindow window = new ReplayWindow();
        Set<Long> seen = new HashSet<>();
        long highest = 0;
        for (int i = 0; i < 100_000; i++) {
            long sequence = Math.max(1, highest + random.nextInt(-80, i % 1000 == 0 ? 200 : 4));
            boolean expected = sequence > highest - ReplayWindow.SIZE && seen.add(sequence);
            assertThat(window.admit(sequence)).as("seed %d step %d sequence %d", seed, i, sequence).isEqualTo(expected);
            highest = Math.max(highest, sequence);
        }
    }
}
