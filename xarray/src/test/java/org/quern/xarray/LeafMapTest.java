package org.quern.xarray;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.quern.xarray.tree.Tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quern.xarray.LongXArray.ABSENT;

/** The map from indices to leaves that batches use: that it knows what it shall, forgets what goes, and stays small. TreeChecker looks whether what it says is right. */
class LeafMapTest {
    private static final int MANY = 10_000;

    private final LongXArray array = LongXArray.create();
    private final Tree tree = array.tree();

    @AfterEach
    void checkAndClose() {
        TreeChecker.check(tree);
        array.close();
    }

    private long mapped() {
        return LongStream.range(0, tree.mappedIndices() >>> 6).filter(leaf -> tree.mappedLeaf(leaf << 6) != 0).count();
    }

    private long[] loaded(long... indices) {
        long[] values = new long[indices.length];
        array.batch().load(indices, values);
        return values;
    }

    @Test
    void thereIsNoneForOneLeaf() {
        array.store(5, 5);
        array.store(50, 5);
        assertThat(tree.mappedIndices()).isZero();
        array.store(500, 5);
        assertThat(mapped()).isEqualTo(2);
    }

    /** Numbers of two bytes reach to 65,535 nodes; then all are moved to a table of four. */
    @Test
    void manyLeavesAreKnownToo() {
        for (long leaf = 0; leaf < 70_000; leaf++) {
            array.store((leaf << 6) | (leaf & 63), leaf);
        }
        assertThat(mapped()).isEqualTo(70_000);
        for (long leaf = 0; leaf < 70_000; leaf++) {
            assertThat(array.load((leaf << 6) | (leaf & 63))).isEqualTo(leaf);
        }
        array.erase(0);
        array.erase((69_999L << 6) | (69_999 & 63));
        assertThat(mapped()).isEqualTo(69_998);
        assertThat(array.load(0)).isEqualTo(ABSENT);
    }

    @Test
    void leavesThatComeInOrderAreAllKnown() {
        for (int i = 0; i < MANY; i++) {
            array.store(i, i);
        }
        assertThat(mapped()).isEqualTo((MANY + 63) / 64);
    }

    @Test
    void leavesThatComeInAnyOrderAreKnownInTheEnd() {
        long[] order = LongStream.range(0, MANY).toArray();
        SplittableRandom random = new SplittableRandom(7);
        for (int i = MANY - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            long index = order[i];
            order[i] = order[other];
            order[other] = index;
            TreeChecker.check(tree);
            array.store(order[i], order[i]);
        }
        array.store(order[0], order[0]);
        assertThat(mapped()).isEqualTo((MANY + 63) / 64);
        assertThat(loaded(order)).isEqualTo(order);
    }

    @Test
    void leavesFarApartAreWalkedTo() {
        for (int i = 0; i < 1_000; i++) {
            array.store((long) i << 20, i);
        }
        assertThat(tree.mappedIndices() >>> 6).isLessThan(3 * array.stats().nodes() + 64);
        assertThat(loaded(999L << 20, 7L << 20, 5)).containsExactly(999, 7, ABSENT);
    }

    @Test
    void whatGoesIsForgotten() {
        long[] all = LongStream.range(0, 4 * 4096).toArray();
        array.batch().store(all, all, all.length);
        long leaves = mapped();
        for (int i = 128; i < 192; i++) {
            array.erase(i); // one leaf
        }
        assertThat(mapped()).isEqualTo(leaves - 1);
        array.eraseRange(4096, 12); // a node with 64 leaves
        assertThat(mapped()).isEqualTo(leaves - 65);
        array.store(2 * 4096, 12, 9); // an entry in its parent takes the place of another
        assertThat(mapped()).isEqualTo(leaves - 129);
        assertThat(loaded(127, 128, 4096, 2 * 4096 + 77, 3 * 4096)).containsExactly(127, ABSENT, ABSENT, 9, 3 * 4096);
        TreeChecker.check(tree);
        array.store(0, 20, 3);
        assertThat(mapped()).isZero();
        assertThat(loaded(0, 4 * 4096)).containsExactly(3, 3);
    }

    @Test
    void theLastEntryInTheHeadHasNoLeaf() {
        array.store(0, 1);
        array.store(64, 2);
        assertThat(mapped()).isEqualTo(2);
        array.erase(64);
        assertThat(mapped()).isZero();
        assertThat(loaded(0, 64)).containsExactly(1, ABSENT);
        array.store(100, 3);
        assertThat(mapped()).isEqualTo(2);
        assertThat(loaded(0, 100)).containsExactly(1, 3);
    }

    @Test
    void clearLetsItGo() {
        long[] all = LongStream.range(0, MANY).toArray();
        array.batch().store(all, all, all.length);
        array.clear();
        assertThat(tree.mappedIndices()).isZero();
        array.batch().store(all, all, all.length);
        assertThat(loaded(all)).isEqualTo(all);
        assertThat(mapped()).isEqualTo((MANY + 63) / 64);
    }

    @Test
    void valuesAfterAnAbsentLeafAreReadAllTheSame() {
        long[] all = LongStream.range(0, 1_000).toArray();
        array.batch().store(all, all, all.length);
        array.eraseRange(512, 6);
        long[] expected = all.clone();
        Arrays.fill(expected, 512, 576, ABSENT);
        assertThat(loaded(all)).isEqualTo(expected);
    }
}
