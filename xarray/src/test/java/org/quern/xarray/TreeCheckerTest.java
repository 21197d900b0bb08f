package org.quern.xarray;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Tree;

import static org.assertj.core.api.Assertions.assertThat;

/** The checker finds each defect that it claims to look for. */
class TreeCheckerTest {
    private final LongXArray array = LongXArray.create();
    private final Tree tree = array.tree();
    private long root;
    private long leaf;

    @BeforeEach
    void threeNodes() {
        array.store(3, 1);
        array.store(100, 2);
        array.mark(100, Mark.M1);
        root = tree.basePlain() + Entry.rootOffset(tree.headPlain());
        leaf = tree.basePlain() + Entry.toOffset(NodeAccess.slotPlain(root, 1));
        assertThat(TreeChecker.defects(tree)).isEmpty();
    }

    @AfterEach
    void close() {
        array.close();
    }

    private void finds(String defect) {
        assertThat(TreeChecker.defects(tree)).anyMatch(found -> found.contains(defect));
    }

    @Test
    void leafMappedThatHasGone() {
        array.batch();
        NodeAccess.setSlotPlain(root, 1, Entry.ABSENT);
        finds("leaf of 40 is 0, mapped");
    }

    @Test
    void lockLeftBehind() {
        assertThat(NodeAccess.tryLockVolatile(leaf)).isTrue();
        finds("is locked");
    }

    @Test
    void wrongCount() {
        NodeAccess.addCountsPlain(leaf, 1, 0);
        finds("count 2");
    }

    @Test
    void wrongValueCount() {
        NodeAccess.addCountsPlain(leaf, 0, 1);
        finds("valueCount 2");
    }

    @Test
    void presentBitWithoutWord() {
        NodeAccess.setBitmapRelease(leaf, NodeLayout.PRESENT, -1L);
        finds("present ffffffffffffffff");
    }

    @Test
    void wordWithoutPresentBit() {
        NodeAccess.setSlotPlain(leaf, 9, Entry.value(5));
        finds("word b, present");
    }

    @Test
    void markNotPropagated() {
        NodeAccess.setBitmapRelease(root, NodeLayout.marks(1), 0);
        finds("child has 2");
    }

    @Test
    void markOfTheArrayMissing() {
        tree.setRootMarksRelease(0);
        finds("array marks 0, root says 2");
    }

    @Test
    void markOnAnEmptySlot() {
        NodeAccess.setBitmapRelease(leaf, NodeLayout.marks(0), 1);
        finds("marks 1 on an empty slot");
    }

    @Test
    void wrongParent() {
        NodeAccess.setParentPlain(leaf, 576 * 40, 1);
        finds("parent 23040");
    }

    @Test
    void wrongOffset() {
        NodeAccess.setParentPlain(leaf, root - tree.basePlain(), 2);
        finds("offset 2, should be 1");
    }

    @Test
    void lostNode() {
        NodeAccess.setSlotPlain(root, 0, Entry.ABSENT);
        finds("in use 3, reached 2");
    }

    @Test
    void leakedBlock() {
        long ignored = tree.nodes().blocks().take();
        finds("taken 4, reached 3");
    }

    @Test
    void nodeReachedTwice() {
        NodeAccess.setSlotPlain(root, 5, Entry.link(leaf - tree.basePlain()));
        finds("reached twice");
    }

    @Test
    void foreignWord() {
        NodeAccess.setSlotPlain(leaf, 36, Entry.OBJECT);
        finds("word 4");
    }
}
