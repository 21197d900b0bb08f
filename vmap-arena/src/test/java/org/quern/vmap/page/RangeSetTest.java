package org.quern.vmap.page;

import java.util.BitSet;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.quern.kapi.Errno;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RangeSetTest {
    private static final int PAGES = 700;
    private static final long OPERATIONS = Long.getLong("quern.operations",
            Boolean.getBoolean("quern.long") ? 10_000_000 : 300_000);

    private long failAfter = Long.MAX_VALUE; // growths that still succeed
    private final RangeSet set = new RangeSet(PAGES, () -> {
        if (failAfter-- == 0) {
            throw new OutOfMemoryError("injected");
        }
    });
    private final BitSet available = new BitSet();
    private final BitSet unavailable = new BitSet();

    @Test
    void unequalNeighboursDoNotMergeAndBothCountAsSet() {
        set.set(0, 10, true);
        set.set(10, 10, false);
        set.set(20, 10, true);
        assertThat(set.isSet(0, 30)).isZero();
        assertThat(set.isSet(0, 31)).isEqualTo(-Errno.ESRCH.number());
        assertThat(set.find(11)).isEqualTo(-Errno.ENOENT.number());
        assertThat(set.clear(5, 6)).isEqualTo(-Errno.EAGAIN.number());
        set.set(10, 10, true);
        assertThat(set.find(30)).isZero();
        assertThat(set.clear(25, 100)).isZero();
        assertThat(set.available().freePages()).isEqualTo(25);
        assertThat(set.isSet(24, 2)).isEqualTo(-Errno.ESRCH.number());
        set.verify();
        assertThatThrownBy(() -> set.set(PAGES - 1, 2, true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> set.clear(-1, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void agreesWithTwoBitSetsAlsoWhenMemoryFails() {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        System.out.println("RangeSetTest seed " + seed);
        Random random = new Random(seed);
        long failures = 0;
        for (long i = 0; i < OPERATIONS; i++) {
            failAfter = random.nextInt(3) == 0 ? 0 : Long.MAX_VALUE;
            int first = random.nextInt(PAGES);
            int count = 1 + random.nextInt(Math.min(PAGES - first, 1 + random.nextInt(30)));
            try {
                step(random, first, count);
            } catch (OutOfMemoryError e) {
                failures++; // and the model was not changed
            }
            if (set.available().freePages() != available.cardinality()
                    || set.unavailable().freePages() != unavailable.cardinality()) {
                throw new AssertionError("seed " + seed + " step " + i);
            }
            if (i % 1000 == 0) {
                compare("seed " + seed + " step " + i);
            }
        }
        assertThat(failures).isPositive();
    }

    private void step(Random random, int first, int count) {
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                boolean as = random.nextBoolean();
                set.set(first, count, as);
                (as ? available : unavailable).set(first, first + count);
                (as ? unavailable : available).clear(first, first + count);
            }
            case 2, 3 -> {
                int next = unavailable.nextSetBit(first);
                boolean again = next >= 0 && next < first + count;
                assertThat(set.clear(first, count)).isEqualTo(again ? -Errno.EAGAIN.number() : 0);
                if (!again) {
                    available.clear(first, first + count);
                }
            }
            case 4 -> {
                BitSet both = (BitSet) available.clone();
                both.or(unavailable);
                assertThat(set.isSet(first, count))
                        .isEqualTo(both.nextClearBit(first) >= first + count ? 0 : -Errno.ESRCH.number());
            }
            default -> assertThat(set.find(count)).isEqualTo(bestFit(count));
        }
    }

    private long bestFit(int count) {
        int best = -Errno.ENOENT.number();
        int least = Integer.MAX_VALUE;
        for (int from = available.nextSetBit(0); from >= 0;) {
            int end = available.nextClearBit(from);
            if (end - from >= count && end - from < least) {
                least = end - from;
                best = from;
            }
            from = available.nextSetBit(end);
        }
        return best;
    }

    private void compare(String where) {
        set.verify();
        for (int page = 0; page < PAGES; page++) {
            assertThat(set.available().isFree(page, 1)).as(where).isEqualTo(available.get(page));
            assertThat(set.unavailable().isFree(page, 1)).as(where).isEqualTo(unavailable.get(page));
        }
    }
}
