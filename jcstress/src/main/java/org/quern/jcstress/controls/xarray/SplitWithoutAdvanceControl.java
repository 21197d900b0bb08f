package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.jcstress.xarray.TestTree;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.tree.Descent;
import org.quern.xarray.tree.Place;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of ObjectSplitStress: the object moves from the upper place of the mirror to the leaf, and its old place is emptied, but the sequence is not advanced. Must be caught. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "always there")
@Outcome(expect = FORBIDDEN, desc = "the object was missed")
@State
public class SplitWithoutAdvanceControl {
    private final TestTree tree = TestTree.objects();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public SplitWithoutAdvanceControl() {
        tree.storeObject(4096, 6, 1L);
        tree.storeObject(0, 2L);
    }

    @Actor
    public void split() {
        tree.locked(() -> {
            long place = Descent.place(tree.tree.basePlain(), tree.tree.linkMaskPlain(), tree.tree.headPlain(), 4096,
                    0);
            long upper = Place.node(place);
            int slot = Place.slot(place, 4096);
            tree.split(4096, 0);
            long address = tree.tree.basePlain() + upper;
            long link = NodeAccess.slotPlain(address, slot);
            for (int i = 0; i < 16; i++) { // and back, and again, for more chances
                tree.setObject(upper, slot, 1L);
                NodeAccess.setSlotRelease(address, slot, Entry.OBJECT);
                NodeAccess.setSlotRelease(address, slot, link);
                tree.setObject(upper, slot, null);
            }
        });
    }

    @Actor
    public void load(J_Result r) {
        r.r1 = 1;
        for (int i = 0; i < 60 && r.r1 == 1; i++) {
            Object object = tree.loadObject(4100);
            r.r1 = object == null ? -1 : (Long) object;
        }
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
