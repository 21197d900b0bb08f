package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJJ_Result;
import org.quern.xarray.tree.LoadGroup;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** One leaf goes for good, another comes for good, and two ways lead there. What a walk has not found any more, the map does not find later; what the map has found, a walk finds. */
@JCStressTest
@Outcome(id = {"-1, 2, .*, .*", ".*, .*, 3, -1"}, expect = FORBIDDEN, desc = "the order of the two ways shows")
@Outcome(id = "(2|-1), (2|-1), (3|-1), (3|-1)", expect = ACCEPTABLE, desc = "there, or not there, before and after")
@Outcome(expect = FORBIDDEN, desc = "foreign content")
@State
public class MappedOrderStress {
    private final TestTree tree = TestTree.values();
    private final LoadGroup group = new LoadGroup();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public MappedOrderStress() {
        tree.store(5, 1);
        tree.store(64, 2);
        tree.store(500, 4);
    }

    @Actor
    public void change() {
        tree.erase(64);
        tree.store(128, 3);
    }

    @Actor
    public void load(JJJJ_Result r) {
        r.r3 = mapped(128);
        r.r4 = tree.walk(128);
        r.r1 = tree.walk(64);
        r.r2 = mapped(64);
    }

    private long mapped(long index) {
        long[] words = new long[1];
        group.words(tree.tree, new long[]{index}, 0, 1, words);
        return TestTree.decode(words[0]);
    }

    @Arbiter
    public void release(JJJJ_Result r) {
        tree.release();
    }
}
