package org.quern.vmap.pin;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PinWordsTest {
    private final PinWords words = new PinWords(2, false);

    @Test
    void holdsLookLikeAPinFromTheThousandAndTwentyFourthOn() {
        for (int i = 0; i < 1023; i++) {
            assertThat(words.tryHold(0)).isTrue();
        }
        assertThat(words.isMaybePinned(0)).isFalse();
        words.tryHold(0);
        assertThat(words.isMaybePinned(0)).isTrue();
        words.unhold(0);
        assertThat(words.isMaybePinned(0)).isFalse();
        assertThat(words.isMaybePinned(1)).isFalse();
    }

    @Test
    void onePinShowsAlsoAmongHolds() {
        assertThat(words.tryPin(0)).isNull();
        assertThat(words.isMaybePinned(0)).isTrue();
        words.tryHold(0);
        words.unpin(0);
        assertThat(words.isMaybePinned(0)).isFalse();
        assertThat(words.count(0)).isEqualTo(1);
    }

    @Test
    void theLastPinThatFitsIsTheLastGranted() {
        words.add(0, (PinWords.MAX_PINS - 1) * PinWords.BIAS);
        assertThat(words.tryPin(0)).isNull();
        assertThat(words.tryPin(0)).isEqualTo(Obstacle.OVERFLOW);
        assertThat(words.count(0)).isEqualTo(PinWords.MAX_PINS * PinWords.BIAS);
        for (int i = 0; i < 1023; i++) {
            assertThat(words.tryHold(0)).as("hold %s", i).isTrue();
        }
        assertThat(words.tryHold(0)).as("would wrap").isFalse();
        assertThat(words.isMaybePinned(0)).isTrue();
        assertThat(words.unpin(0)).isFalse();
        assertThat(words.tryPin(0)).as("1023 holds leave room for it").isNull();
    }

    @Test
    void aBlockedWordTakesNoPinKeepsItsCountAndSaysSoWhenItFalls() {
        words.tryPin(0);
        words.block(0);
        assertThat(words.tryPin(0)).isEqualTo(Obstacle.BLOCKED);
        assertThat(words.isMaybePinned(0)).as("compared without its sign").isTrue();
        assertThat(words.tryHold(0)).isTrue();
        assertThat(words.unpin(0)).isTrue();
        assertThat(words.isMaybePinned(0)).isFalse();
        words.unblock(0);
        assertThat(words.tryPin(0)).isNull();
        assertThat(new PinWords(1, true).tryPin(0)).isEqualTo(Obstacle.BLOCKED);
    }
}
