package org.quern.jmh.xarray;

import java.util.SplittableRandom;

import org.quern.xarray.LongXArray;
import org.quern.xarray.XArrayConfig;

/** Uniform keys in 2^40, and the arrays for them: what {@link SparseBenchmark} and {@link SparseComparison} have in common. */
final class SparseKeys {
    static final int KEYS = 1_000_000;
    private static final int BITS = 40;
    private static final XArrayConfig CONFIG = XArrayConfig.defaults().named("sparse");

    private SparseKeys() {}

    /** Twice as many keys as are ever in at a time, all different, always the same. */
    static long[] keys() {
        SplittableRandom random = new SplittableRandom(40);
        return random.longs(0, 1L << BITS).distinct().limit(2L * KEYS).toArray();
    }

    static LongXArray packed() {
        return LongXArray.create(CONFIG.compressed());
    }

    static LongXArray plain() {
        return LongXArray.create(CONFIG);
    }
}
