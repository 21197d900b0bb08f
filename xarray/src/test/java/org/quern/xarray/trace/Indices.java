package org.quern.xarray.trace;

import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;

/** Where the indices of a random trace lie, and how many entries make such an array full; r is random. */
enum Indices {
    /** One or two entries: head and leaf change places all the time. */
    TINY(8, r -> r & 7),
    /** Four leaves. */
    DENSE(250, r -> r & 255),
    /** One node of leaves. */
    LEAVES(500, r -> r & 4095),
    /** Eight groups, far apart. */
    CLUSTERED(400, r -> ((r >>> 8 & 7) << 20) + (r & 127)),
    /** All 64 bits: every entry has a path of its own. */
    SPARSE(120, r -> r),
    /** Where the tree becomes higher. */
    POWERS(150, r -> (1L << 6 * (r & 15) % 63) + (r >>> 8) % 3),
    /** Around every power of two. */
    SIXTY_FOURS(150, r -> (1L << (r & 63)) - (r >>> 6 & 1)),
    /** Both ends of the range, where arithmetic overflows. */
    ENDS(60, r -> (r & 1) == 0 ? r >>> 8 & 63 : ~(r >>> 8 & 63)),
    /** Eleven levels come and go. */
    LOW_AND_LAST(4, r -> (r & 3) == 0 ? -1L : r >>> 8 & 1);

    private final int population;
    private final LongUnaryOperator choice;

    Indices(int population, LongUnaryOperator choice) {
        this.population = population;
        this.choice = choice;
    }

    long next(SplittableRandom random) {
        return choice.applyAsLong(random.nextLong());
    }

    int population() {
        return population;
    }
}
