package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Allocating arrays: section H of the checklist. */
class IdsTest extends ArrayTest {
    private static final XArrayConfig ALLOCATING = XArrayConfig.defaults().named("ids").withMaxNodeBytes(64 << 20)
            .allocating(Allocation.FROM_ZERO);
    private static final XArrayConfig FROM_ONE = ALLOCATING.allocating(Allocation.FROM_ONE);

    @ParameterizedTest
    @MethodSource("kinds")
    void lowestFree(Kind kind) { // H01, H06, H08, H13, H14
        ArrayUnderTest array = create(kind, ALLOCATING);
        for (int i = 0; i < 5000; i++) {
            assertThat(array.tryAllocate(i, Limit.U32)).isEqualTo(i);
        }
        array.erase(77);
        array.compareAndSet(70, 70, ABSENT);
        array.array().setReserved(71);
        array.array().release(71);
        assertThat(array.tryAllocate(1, Limit.U32)).isEqualTo(70);
        assertThat(array.tryAllocate(1, Limit.U32)).isEqualTo(71);
        array.store(5000, 1);
        array.insert(5001, 1);
        array.array().reserve(5002);
        array.compareAndSet(5003, ABSENT, 1);
        assertThat(array.tryAllocate(1, Limit.U32)).isEqualTo(77);
        assertThat(array.tryAllocate(1, Limit.U32)).isEqualTo(5004);
        assertThat(array.tryAllocate(1, new Limit(0, 63))).isEqualTo(-1);
        assertThat(array.tryAllocate(1, new Limit(1_000_000, 2_000_000))).isEqualTo(1_000_000);
        assertThat(array.tryAllocate(1, new Limit(10, 5))).as("H03").isEqualTo(-1);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void endsOfTheLimit(Kind kind) { // H03
        ArrayUnderTest array = create(kind, ALLOCATING);
        Limit end = new Limit(0xffff_fffeL, 0xffff_ffffL);
        assertThat(array.tryAllocate(1, end)).isEqualTo(0xffff_fffeL);
        assertThat(array.tryAllocate(1, end)).isEqualTo(0xffff_ffffL);
        assertThat(array.tryAllocate(1, end)).isEqualTo(-1);
        Limit top = new Limit(Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(array.tryAllocate(1, top)).isEqualTo(Long.MAX_VALUE);
        assertThat(array.tryAllocate(1, top)).isEqualTo(-1);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void fromOne(Kind kind) { // H02, H16, T09
        ArrayUnderTest array = create(kind, FROM_ONE);
        for (int round = 0; round < 3; round++) {
            assertThat(array.isEmpty()).isTrue();
            assertThat(array.insert(0, 5)).isFalse();
            assertThat(array.compareAndSet(0, ABSENT, 5)).isFalse();
            assertThat(array.array().reserve(0)).isFalse();
            assertThat(array.tryAllocate(8, Limit.U32)).isEqualTo(1);
            assertThat(array.insert(0, 5)).isFalse();
            assertThat(array.array().release(0)).isFalse();
            assertThat(array.store(0, 6)).isEqualTo(ABSENT);
            assertThat(array.load(0)).isEqualTo(6);
            assertThat(array.erase(0)).isEqualTo(6);
            assertThat(array.array().isReserved(0)).isTrue();
            assertThat(array.tryAllocate(9, Limit.U32)).isEqualTo(2);
            array.erase(1);
            array.erase(2);
            assertThat(nodes(array)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void indexZeroStaysBusyWhereThereIsNoRoomToSaySo(Kind kind) { // H16
        ArrayUnderTest array = create(kind, FROM_ONE.withMaxNodeBytes(2 * 576));
        array.store(0, 7, 5); // a root with an entry of two slots
        array.store(200, 6); // and a leaf: full
        assertThat(nodes(array)).isEqualTo(2);
        assertThat(array.erase(0)).isEqualTo(5);
        assertThat(array.array().isReserved(0)).isTrue();
        assertThat(array.load(0)).isEqualTo(ABSENT);
        assertThat(array.insert(0, 7)).isFalse();
        assertThat(array.array().reserve(0)).isFalse();
        assertThat(array.array().release(0)).isFalse();
        assertThat(array.array().isReserved(1)).isFalse();
        assertThatExceptionOfType(NodeAllocationException.class).as("1 is free, but has no room either")
                .isThrownBy(() -> array.tryAllocate(8, new Limit(0, 210)));
        array.array().clearRange(1, MAX);
        assertThat(array.array().isEmpty()).isTrue();
        assertThat(array.array().isReserved(0)).isFalse();
        assertThat(nodes(array)).isZero();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void cyclic(Kind kind) { // H10, H11, H12, T24
        ArrayUnderTest array = create(kind, ALLOCATING);
        CyclicCounter counter = CyclicCounter.of32Bits();
        Limit limit = new Limit(2, 5);
        for (long id = 2; id <= 5; id++) {
            assertThat(array.tryAllocateCyclic(1, limit, counter)).isEqualTo(id);
            assertThat(counter.wrapped()).isFalse();
            assertThat(counter.next()).isEqualTo(id + 1);
        }
        assertThat(array.tryAllocateCyclic(1, limit, counter)).isEqualTo(-1);
        assertThat(counter.next()).isEqualTo(6);
        array.erase(4);
        counter.moveTo(3);
        assertThat(array.tryAllocateCyclic(1, limit, counter)).isEqualTo(4);
        assertThat(counter.wrapped()).isFalse();
        array.erase(2);
        assertThat(array.tryAllocateCyclic(1, limit, counter)).isEqualTo(2);
        assertThat(counter.wrapped()).isTrue();
        counter.moveTo(0xffff_ffffL);
        assertThat(array.tryAllocateCyclic(1, Limit.U32, counter)).isEqualTo(0xffff_ffffL);
        assertThat(counter.wrapped()).isFalse();
        assertThat(counter.next()).isZero();
        assertThat(array.tryAllocateCyclic(1, Limit.U32, counter)).isZero();
        assertThat(counter.wrapped()).isTrue();
        assertThat(array.tryAllocateCyclic(1, Limit.U32, counter)).isEqualTo(1);
        assertThat(counter.wrapped()).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> counter.moveTo(1L << 32)).withMessageContaining("id=");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void agreesWithASet(Kind kind) {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        ArrayUnderTest array = create(kind, ALLOCATING);
        TreeSet<Long> free = new TreeSet<>();
        for (long i = 0; i < 9000; i++) {
            free.add(i);
        }
        for (int i = 0; i < 60_000; i++) {
            long min = random.nextInt(9000);
            boolean growing = i / 15_000 % 2 == 0;
            if (random.nextInt(10) < (growing ? 7 : 3)) {
                Long expected = free.ceiling(min);
                long id = array.tryAllocate(i, new Limit(min, 8999));
                assertThat(id).as("seed %d", seed).isEqualTo(expected == null ? -1 : expected);
                free.remove(id);
            } else if (random.nextInt(20) == 0) {
                int order = random.nextInt(8);
                long id = array.tryAllocateBlock(i, order, new Limit(0, 8999));
                long wanted = -1;
                for (long base = 0; base + (1L << order) <= 9000 && wanted < 0; base += 1L << order) {
                    wanted = free.subSet(base, base + (1L << order)).size() == 1 << order ? base : -1;
                }
                assertThat(id).as("seed %d", seed).isEqualTo(wanted);
                for (long k = 0; id >= 0 && k < 1L << order; k++) {
                    free.remove(id + k);
                }
            } else {
                long base = array.array().baseOf(min);
                long last = array.array().lastOf(min);
                array.erase(min);
                for (long k = base; k <= last; k++) {
                    free.add(k);
                }
            }
            if (i % 5000 == 0) {
                TreeChecker.check(array.tree());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void coveredIdsAreTaken(Kind kind) { // H15
        ArrayUnderTest array = create(kind, ALLOCATING);
        array.store(0, 7, 1);
        array.fill(128, 199, 2);
        assertThat(array.tryAllocate(3, Limit.U32)).isEqualTo(200);
        array.array().split(64, 0);
        assertThat(array.tryAllocate(3, Limit.U32)).isEqualTo(201);
        array.erase(100);
        assertThat(array.tryAllocate(3, Limit.U32)).isEqualTo(100);
        array.array().splitTo(150, 0);
        array.array().clearRange(129, 140);
        assertThat(array.tryAllocate(3, Limit.U32)).isEqualTo(129);
        array.store(4096, 12, 1);
        assertThat(array.tryAllocate(3, new Limit(5000, 10_000))).isEqualTo(8192);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void markZeroIsTheArrays(Kind kind) { // D11, H17
        ArrayUnderTest array = create(kind, ALLOCATING);
        array.tryAllocate(1, Limit.U32);
        List<Runnable> uses = List.of(() -> array.mark(0, Mark.M0), () -> array.unmark(0, Mark.M0),
                () -> array.isMarked(0, Mark.M0), () -> array.anyMarked(Mark.M0),
                () -> array.find(0, MAX, Mark.M0, new LongProbe()),
                () -> array.forEach(0, MAX, Mark.M0, (i, v) -> {}));
        for (Runnable use : uses) {
            assertThatThrownBy(use::run).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("mark=M0: array ids allocates and keeps free ids in its place");
        }
        assertThat(array.mark(0, Mark.M1)).isTrue();
        assertThat(array.mark(0, Mark.M2)).isTrue();
        for (int i = 1; i < 500; i++) {
            array.tryAllocate(i, Limit.U32);
        }
        List<Long> marked = new ArrayList<>();
        array.forEach(0, MAX, Mark.M1, (index, value) -> marked.add(index));
        assertThat(marked).containsExactly(0L);
    }

    @Test
    void objectsKnowTheirIds() { // H05
        record Session(long id) {}
        try (XArray<Session> sessions = XArray.create(FROM_ONE)) {
            assertThat(sessions.allocate(Session::new, Limit.U32)).isEqualTo(1);
            assertThat(sessions.load(1)).isEqualTo(new Session(1));
            assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> sessions.allocate(id -> {
                assertThat(sessions.isReserved(id)).isTrue();
                throw new ArithmeticException();
            }, Limit.U32));
            assertThat(sessions.isReserved(2)).isFalse();
            assertThatIllegalStateException().isThrownBy(() -> sessions.allocate(id -> {
                sessions.release(id);
                return new Session(id);
            }, Limit.U32)).withMessageContaining("id=2");
            assertThatExceptionOfType(IdSpaceExhaustedException.class)
                    .isThrownBy(() -> sessions.allocate(Session::new, new Limit(1, 1)))
                    .withMessage("array ids: no id free in 1..1");
            assertThat(sessions.allocateReserved(Limit.U32)).as("H07").isEqualTo(2);
            assertThat(sessions.allocate(Session::new, Limit.U32)).isEqualTo(3);
        }
    }

    @Test
    void plainArraysDoNotAllocate() { // H18, L04
        try (LongXArray array = LongXArray.create()) {
            assertThatThrownBy(() -> array.allocate(1, Limit.U32)).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("does not allocate");
            assertThatThrownBy(() -> array.allocateReserved(Limit.U32))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThat(array.isEmpty()).isTrue();
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new Limit(-1, 5)).withMessageContaining("min=-1");
        assertThatIllegalArgumentException().isThrownBy(() -> new Limit(0, -5)).withMessageContaining("max=-5");
    }
}
