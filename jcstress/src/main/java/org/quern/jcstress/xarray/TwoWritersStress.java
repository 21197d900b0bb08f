package org.quern.jcstress.xarray;

import java.util.concurrent.ConcurrentLinkedQueue;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIJ_Result;
import org.quern.xarray.LongXArray;
import org.quern.xarray.XArrayConfig;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Writers exclude each other: of two insertions at one index exactly one succeeds, and its value is there. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "the first")
@Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "the second")
@Outcome(expect = FORBIDDEN, desc = "both, neither, or another value")
@State
public class TwoWritersStress {
    private static final ConcurrentLinkedQueue<LongXArray> FREE = new ConcurrentLinkedQueue<>();

    private final LongXArray array;
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public TwoWritersStress() {
        LongXArray free = FREE.poll();
        array = free != null ? free : LongXArray.create(XArrayConfig.defaults().withMaxNodeBytes(64 * 576));
    }

    @Actor
    public void one(IIJ_Result r) {
        r.r1 = array.insert(70, 1) ? 1 : 0;
    }

    @Actor
    public void two(IIJ_Result r) {
        r.r2 = array.compareAndSet(70, LongXArray.ABSENT, 2) ? 1 : 0;
    }

    @Arbiter
    public void look(IIJ_Result r) {
        r.r3 = array.load(70);
        array.clear();
        FREE.add(array);
    }
}
