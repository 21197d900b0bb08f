package org.quern.padata.order;

import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.quern.padata.order.DrainWords.Outcome;

import static org.assertj.core.api.Assertions.assertThat;

/** The token protocol, step by step and against a model, on one thread. */
class DrainWordsTest {
    @Test
    void completerOfTheHeadShouldGetTheToken() {
        DrainWords words = new DrainWords(4, 0);
        assertThat(words.isParkedAt(0)).isTrue();
        assertThat(words.complete(1, 2)).isEqualTo(Outcome.LEFT);
        assertThat(words.complete(0, 1)).isEqualTo(Outcome.TOKEN);
        assertThat(words.takeOrPark(0)).isEqualTo(1);
        words.clearPlain(0);
        assertThat(words.takeOrPark(1)).isEqualTo(2);
        words.clearPlain(1);
        assertThat(words.takeOrPark(3)).isZero();
        assertThat(words.isQuiet(3)).isTrue();
    }

    @Test
    void retiredTokenShouldNeverComeBack() {
        DrainWords words = new DrainWords(2, 7);
        assertThat(words.retire(7)).isTrue();
        assertThat(words.retire(7)).isFalse();
        assertThat(words.complete(7, 1)).isEqualTo(Outcome.RETIRED);
        assertThat(words.complete(8, 1)).isEqualTo(Outcome.LEFT);
    }

    @Test
    void restOfAUnitShouldBeAUnit() {
        DrainWords words = new DrainWords(8, 0);
        words.complete(0, 5);
        assertThat(words.takeOrPark(0)).isEqualTo(5);
        words.clearPlain(0);
        words.putBackPlain(2, 3);
        assertThat(words.retire(2)).as("the token is out").isFalse();
        assertThat(words.takeOrPark(2)).isEqualTo(3);
    }

    /** Units of random length complete in random order; the model is a set of finished numbers. */
    @Test
    void everyUnitShouldBeTakenOnceInOrder() {
        long seed = 99;
        System.out.println("DrainWordsTest seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int capacity = 16;
        long first = Long.MAX_VALUE - 1000;
        DrainWords words = new DrainWords(capacity, first);
        long head = first;
        for (int round = 0; round < 2000; round++) {
            java.util.List<long[]> units = new java.util.ArrayList<>();
            for (long at = head; at - head < capacity - 4;) {
                int jobs = random.nextInt(1, 5);
                units.add(new long[]{at, jobs});
                at += jobs;
            }
            java.util.Collections.shuffle(units, new java.util.Random(random.nextLong()));
            java.util.Set<Long> done = new java.util.HashSet<>();
            for (long[] unit : units) {
                for (long i = 0; i < unit[1]; i++) {
                    done.add(unit[0] + i);
                }
                Outcome outcome = words.complete(unit[0], (int) unit[1]);
                assertThat(outcome == Outcome.TOKEN).isEqualTo(unit[0] == head);
                if (outcome == Outcome.TOKEN) {
                    int jobs;
                    while ((jobs = words.takeOrPark(head)) != 0) {
                        words.clearPlain(head);
                        for (; jobs > 0; jobs--) {
                            assertThat(done.remove(head)).isTrue();
                            head++;
                        }
                    }
                    assertThat(done).doesNotContain(head);
                }
            }
            assertThat(done).isEmpty();
            assertThat(words.isQuiet(head)).isTrue();
        }
    }
}
