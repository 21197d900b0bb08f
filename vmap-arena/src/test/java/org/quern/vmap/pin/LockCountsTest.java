package org.quern.vmap.pin;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LockCountsTest {
    private static final int SIZE = 64;

    @Test
    void agreesWithACountForEachAddress() {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        System.out.println("LockCountsTest: seed " + seed);
        Random random = new Random(seed);
        LockCounts counts = new LockCounts();
        int[] model = new int[SIZE];
        List<LockCounts.Part> live = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            boolean add = live.size() < 12 && random.nextBoolean() || live.isEmpty();
            int from = random.nextInt(SIZE);
            LockCounts.Part part = add
                    ? new LockCounts.Part(from, from + 1 + random.nextInt(SIZE - from))
                    : live.remove(random.nextInt(live.size()));
            if (add) {
                counts.add(part.from(), part.to());
                live.add(part);
            } else {
                counts.remove(part.from(), part.to());
            }
            for (long at = part.from(); at < part.to(); at++) {
                model[(int) at] += add ? 1 : -1;
            }
            int a = random.nextInt(SIZE);
            int b = a + 1 + random.nextInt(SIZE - a);
            assertThat(counts.uncovered(a, b)).as("seed %s, step %s", seed, i).isEqualTo(uncovered(model, a, b));
            assertThat(counts.isEmpty()).isEqualTo(live.isEmpty());
        }
    }

    private static List<LockCounts.Part> uncovered(int[] model, int from, int to) {
        List<LockCounts.Part> parts = new ArrayList<>();
        int start = -1;
        for (int at = from; at <= to; at++) {
            boolean free = at < to && model[at] == 0;
            if (free && start < 0) {
                start = at;
            } else if (!free && start >= 0) {
                parts.add(new LockCounts.Part(start, at));
                start = -1;
            }
        }
        return parts;
    }
}
