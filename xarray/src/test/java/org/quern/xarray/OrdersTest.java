package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Entries that span indices: section F of the checklist, and its traps. What random operations do to them, ReplayTest shows. */
class OrdersTest extends ArrayTest {
    private static List<Long> indices(ArrayUnderTest array, Mark mark) {
        List<Long> found = new ArrayList<>();
        array.forEach(0, MAX, mark, (index, value) -> found.add(index));
        return found;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyOrderTakesOneNode(Kind kind) { // F01, T06
        for (int order = 1; order <= Orders.MAX; order++) {
            for (long base : new long[]{0, 1L << order}) {
                ArrayUnderTest array = create(kind);
                long last = Orders.last(base, order);
                assertThat(array.store(base, order, 7)).isEqualTo(ABSENT);
                for (long hit : new long[]{base, base + 1, last - 1, last, base | 1L << (order - 1)}) {
                    assertThat(array.load(hit)).isEqualTo(7);
                    assertThat(array.array().orderAt(hit)).isEqualTo(order);
                    assertThat(array.array().baseOf(hit)).isEqualTo(base);
                    assertThat(array.array().lastOf(hit)).isEqualTo(last);
                }
                assertThat(array.load(base - 1)).isEqualTo(ABSENT);
                assertThat(array.load(last + 1)).isEqualTo(ABSENT);
                assertThat(array.array().orderAt(last + 1)).as("T32").isEqualTo(-1);
                assertThat(nodes(array)).as("order %d at %x", order, base).isEqualTo(1);
                TreeChecker.check(array.tree());
                assertThat(array.erase(last)).isEqualTo(7);
                assertThat(array.isEmpty()).isTrue();
                assertThat(nodes(array)).isZero();
                array.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void ordersOutOfRangeAreRefused(Kind kind) { // F02
        ArrayUnderTest array = create(kind);
        for (int order : new int[]{64, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            String message = "order=" + order + ": must be 0..63";
            assertThatIllegalArgumentException().isThrownBy(() -> array.store(0, order, 1)).withMessage(message);
            assertThatIllegalArgumentException().isThrownBy(() -> array.array().split(0, order)).withMessage(message);
            assertThatIllegalArgumentException().isThrownBy(() -> array.array().splitTo(0, order)).withMessage(message);
            assertThatIllegalArgumentException().isThrownBy(() -> array.array().reserve(0, order)).withMessage(message);
            assertThatIllegalArgumentException().isThrownBy(() -> array.array().eraseRange(0, order))
                    .withMessage(message);
            assertThatIllegalArgumentException().isThrownBy(() -> Orders.base(0, order)).withMessage(message);
        }
        assertThat(array.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void indicesAreRoundedDown(Kind kind) { // F03
        for (int order = 1; order < 20; order++) {
            ArrayUnderTest array = create(kind);
            array.store((1L << order) + 1, order, 3);
            assertThat(indices(array, null)).containsExactly(1L << order);
            assertThat(array.array().lastOf(1L << order)).isEqualTo((2L << order) - 1);
            array.close();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aSmallerStoreChangesTheWholeEntry(Kind kind) { // F04, F05, T01
        ArrayUnderTest array = create(kind);
        array.store(0, 9, 1);
        array.mark(100, Mark.M1);
        assertThat(array.store(70, 0, 3)).isEqualTo(1);
        assertThat(array.store(200, 4, 4)).isEqualTo(3);
        assertThat(array.store(511, 5)).isEqualTo(4);
        assertThat(array.load(0)).isEqualTo(5);
        assertThat(array.array().orderAt(77)).isEqualTo(9);
        assertThat(array.isMarked(0, Mark.M1)).isTrue();
        assertThat(array.compareAndSet(300, 5, 6)).isTrue();
        assertThat(array.load(511)).isEqualTo(6);
        assertThat(array.insert(12, 9)).as("B13").isFalse();
        assertThat(array.array().reserve(12)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aLargerStoreUnitesMarksAndFreesNodes(Kind kind) { // F06, D08, T03, J06
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < 8192; i++) {
            array.store(i, i);
        }
        array.mark(5, Mark.M0);
        array.mark(4000, Mark.M2);
        array.mark(5000, Mark.M1);
        array.store(0, 12, 77);
        assertThat(nodes(array)).isEqualTo(1 + 1 + 64);
        assertThat(array.load(4095)).isEqualTo(77);
        assertThat(array.load(4096)).isEqualTo(4096);
        assertThat(array.isMarked(1, Mark.M0)).isTrue();
        assertThat(array.isMarked(1, Mark.M2)).isTrue();
        assertThat(array.isMarked(1, Mark.M1)).isFalse();
        assertThat(indices(array, Mark.M2)).as("T13, E10").containsExactly(0L);
        assertThat(array.array().eraseRange(4096, 12)).isTrue();
        assertThat(nodes(array)).as("J04: an entry in slot 0 is not lowered").isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void allPairsOfOrders(Kind kind) { // F07, F08, T02
        ArrayUnderTest array = create(kind);
        for (int i = 0; i <= Orders.MAX; i += 3) {
            for (int j = 0; j <= Orders.MAX; j++) {
                array.store(0, i, 1);
                array.store(0, j, 2);
                int order = Math.max(i, j);
                for (int k = 0; k < 64; k++) {
                    assertThat(array.load((1L << k) - 1)).isEqualTo(k <= order ? 2 : ABSENT);
                }
                TreeChecker.check(array.tree());
                assertThat(array.erase(Orders.last(0, order))).isEqualTo(2);
                assertThat(array.isEmpty()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void erasingABlock(Kind kind) { // F09, F10
        ArrayUnderTest array = create(kind);
        array.store(3, 1);
        array.store(130, 1, 2);
        array.store(5000, 3);
        assertThat(array.array().eraseRange(128, 6)).isTrue();
        assertThat(array.array().eraseRange(128, 6)).isFalse();
        assertThat(array.load(131)).isEqualTo(ABSENT);
        assertThat(array.array().eraseRange(MAX, 63)).isFalse();
        assertThat(array.array().eraseRange(0, 63)).isTrue();
        assertThat(array.isEmpty()).isTrue();
        array.store(0, 9, 1);
        assertThat(array.array().eraseRange(64, 2)).as("a larger entry goes as a whole").isTrue();
        assertThat(array.isEmpty()).isTrue();
    }

    @Test
    void countsIncludeEverySlot() { // F12, T26
        List<NodeView> views = new ArrayList<>();
        try (LongXArray array = LongXArray.create(XArrayConfig.defaults().listening(views::add))) {
            array.store(0, 1, 5);
            assertThat(views.getLast()).isEqualTo(new NodeView(0, 0, 2, 2));
            array.reserve(3);
            assertThat(views.getLast()).isEqualTo(new NodeView(0, 0, 3, 2));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void splittingKeepsContentAndMarks(Kind kind) { // F15, F16, F17, F18, T20, T21
        for (int old = 1; old < 20; old++) {
            for (int fresh = 0; fresh < old; fresh++) {
                long base = 3L << old;
                ArrayUnderTest array = create(kind);
                array.store(base, old, 9);
                array.mark(base, Mark.M1);
                long before = nodes(array);
                assertThat(array.array().split(base + 1, fresh)).isTrue();
                assertThat(nodes(array) - before).isEqualTo(added(old, fresh));
                assertThat(indices(array, Mark.M1)).hasSize(1 << (old - fresh)).isEqualTo(indices(array, null));
                for (long at = base; at < base + (1L << old); at += 1L << fresh) {
                    assertThat(array.load(at)).isEqualTo(9);
                    assertThat(array.array().orderAt(at)).isEqualTo(fresh);
                }
                assertThat(array.load(base - 1)).isEqualTo(ABSENT);
                TreeChecker.check(array.tree());
                array.close();
            }
        }
    }

    private static long added(int old, int fresh) {
        long nodes = 0;
        long level = 1L << old % 6;
        for (int shift = old / 6; shift > fresh / 6; shift--) {
            nodes += level;
            level *= 64;
        }
        return nodes;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void splittingWhatIsNotThere(Kind kind) {
        ArrayUnderTest array = create(kind);
        assertThat(array.array().split(5, 0)).isFalse();
        array.store(0, 1);
        assertThat(array.array().split(0, 0)).isFalse();
        array.store(0, 4, 1);
        assertThat(array.array().split(3, 4)).isFalse();
        assertThat(array.array().splitTo(3, 5)).isFalse();
        assertThat(array.array().orderAt(9)).isEqualTo(4);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void splittingAroundOneIndex(Kind kind) { // F20
        for (long target : new long[]{0, 1, 63, 64, 300, 511}) {
            ArrayUnderTest array = create(kind);
            array.store(0, 9, 4);
            array.mark(0, Mark.M2);
            assertThat(array.array().splitTo(target, 0)).isTrue();
            List<Integer> orders = new ArrayList<>();
            array.forEach(0, MAX, Mark.M2, (index, value) -> orders.add(array.array().orderAt(index)));
            assertThat(orders).containsExactlyInAnyOrder(8, 7, 6, 5, 4, 3, 2, 1, 0, 0);
            assertThat(array.array().orderAt(target)).isZero();
            assertThat(nodes(array)).as("one more").isEqualTo(2);
            for (int i = 0; i < 512; i++) {
                assertThat(array.load(i)).isEqualTo(4);
            }
            TreeChecker.check(array.tree());
            array.close();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void splittingTheLargest(Kind kind) {
        ArrayUnderTest array = create(kind);
        array.store(MAX, 63, 4);
        assertThat(array.array().splitTo(MAX, 0)).isTrue();
        assertThat(nodes(array)).isEqualTo(11);
        assertThat(indices(array, null)).hasSize(64);
        assertThat(array.erase(MAX)).isEqualTo(4);
        assertThat(array.load(MAX - 1)).isEqualTo(4);
        TreeChecker.check(array.tree());
    }

    @Test
    void minSplitOrders() { // F21
        for (int order = 0; order <= Orders.MAX; order++) {
            int expected = order == 0 ? 0 : order % 6 == 0 ? order - 1 : order - order % 6;
            assertThat(Orders.minSplitOrder(order)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void searchesThatBeginInsideAnEntry(Kind kind) { // E03, E04, E07, T10
        for (int order : new int[]{2, 6, 8, 12}) {
            ArrayUnderTest array = create(kind);
            long base = 1L << order;
            array.store(base, order, 1);
            array.mark(base, Mark.M0);
            long inside = base + (1L << order) - 1;
            array.store(inside + 1, 2);
            for (Mark mark : new Mark[]{null, Mark.M0}) {
                LongProbe probe = new LongProbe();
                assertThat(array.find(inside, inside, mark, probe)).isTrue();
                assertThat(probe.index()).isEqualTo(inside);
                assertThat(array.find(inside, inside - 1, mark, probe)).isFalse();
                assertThat(array.findAfter(base + 1, inside, mark, probe)).isFalse();
                assertThat(array.findAfter(base - 1, MAX, mark, probe)).isTrue();
                assertThat(probe.index()).isEqualTo(base);
            }
            LongProbe after = new LongProbe();
            assertThat(array.findAfter(base, MAX, null, after)).isTrue();
            assertThat(after.index()).isEqualTo(inside + 1);
            array.close();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void reservations(Kind kind) { // A06, B11, B14, C01 to C09, T04, T07
        ArrayUnderTest array = create(kind);
        AbstractXArray reserving = array.array();
        assertThat(reserving.reserve(5)).isTrue();
        assertThat(reserving.reserve(5)).isFalse();
        assertThat(array.isEmpty()).isFalse();
        assertThat(array.load(5)).isEqualTo(ABSENT);
        assertThat(reserving.isReserved(5)).isTrue();
        assertThat(array.insert(5, 1)).isFalse();
        assertThat(array.compareAndSet(5, ABSENT, 1)).as("B11").isFalse();
        assertThat(array.compareAndExchange(5, ABSENT, 1)).isEqualTo(ArrayUnderTest.RESERVED);
        assertThat(indices(array, null)).isEmpty();
        assertThat(array.mark(5, Mark.M1)).isTrue();
        assertThat(array.find(0, MAX, Mark.M1, new LongProbe())).isFalse();
        assertThat(array.store(5, 8)).isEqualTo(ABSENT);
        assertThat(array.isMarked(5, Mark.M1)).as("C08").isTrue();
        assertThat(reserving.release(5)).as("C04").isFalse();
        assertThat(array.erase(5)).isEqualTo(8);
        reserving.reserve(5);
        assertThat(array.erase(5)).as("C05").isEqualTo(ABSENT);
        assertThat(array.isEmpty()).isTrue();
        assertThat(reserving.reserve(64, 3)).as("C09").isTrue();
        assertThat(reserving.reserve(60, 5)).isTrue();
        assertThat(reserving.reserve(64, 5)).isFalse();
        assertThat(array.insert(71, 1)).isFalse();
        assertThat(reserving.release(66)).isTrue();
        assertThat(array.insert(71, 1)).isTrue();
        assertThat(array.fulfil(40, 2)).isTrue();
        assertThat(array.load(63)).isEqualTo(2);
        assertThat(reserving.setReserved(33)).isTrue();
        assertThat(array.load(63)).isEqualTo(ABSENT);
        assertThat(array.fulfil(71, 2)).isFalse();
        array.clear();
        reserving.reserve(0);
        array.store(1, 1);
        array.erase(1);
        assertThat(nodes(array)).as("C07").isZero();
        assertThat(array.isEmpty()).isFalse();
        assertThat(array.insert(0, 1)).isFalse();
        assertThat(array.store(0, 1)).isEqualTo(ABSENT);
        assertThat(nodes(array)).isZero();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aStoreInsideTheLoopIsSeenOnce(Kind kind) { // E11
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < 64; i++) {
            array.store(i, i);
        }
        List<Long> seen = new ArrayList<>();
        array.forEach(0, MAX, null, (index, value) -> {
            seen.add(index);
            if (index == 3) {
                array.store(0, 4, 500); // around the present one
                array.store(32, 5, 600); // ahead
            }
        });
        assertThat(seen).startsWith(0L, 1L, 2L, 3L, 16L).endsWith(31L, 32L).hasSize(4 + 16 + 1);
    }
}
