package org.quern.vmap;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CloseRaceTest {
    @Test
    void useRacingWithFreeAndCloseGivesTheValueOrAnException() throws Exception {
        long seed = System.nanoTime();
        CloseRace race = new CloseRace();
        assertThat(race.run(2_000, seed)).isPositive();
        assertThat(race.failures()).as("seed " + seed).isEmpty();
    }

    @Test
    void norDoesItCrashAJvmOfItsOwn() throws Exception {
        ForkedJvm.Outcome outcome = ForkedJvm.run(List.of(), List.of("-XX:+UseSerialGC"), CloseRace.class, "3000");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains("failures: []");
    }
}
