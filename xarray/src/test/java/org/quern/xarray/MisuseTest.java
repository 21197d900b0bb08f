package org.quern.xarray;

import java.util.List;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/** Wrong use gets an exception that names what was wrong, and changes nothing. */
class MisuseTest extends ArrayTest {
    @Test
    void valuesAreNotNegative() { // A02
        try (LongXArray array = LongXArray.create()) {
            assertThatIllegalArgumentException().isThrownBy(() -> array.store(3, -1))
                    .withMessage("value=-1: must be 0..9223372036854775807");
            assertThatIllegalArgumentException().isThrownBy(() -> array.insert(3, Long.MIN_VALUE))
                    .withMessageContaining("value=-9223372036854775808");
            assertThatIllegalArgumentException().isThrownBy(() -> array.compareAndSet(3, -2, 1))
                    .withMessageContaining("expected=-2");
            assertThatIllegalArgumentException().isThrownBy(() -> array.compareAndSet(3, 1, -7))
                    .withMessageContaining("update=-7");
            assertThat(array.isEmpty()).isTrue();
            array.store(3, Long.MAX_VALUE);
            array.store(0, 0);
            assertThat(array.load(3)).isEqualTo(Long.MAX_VALUE);
            assertThat(array.load(0)).isZero();
        }
    }

    @Test
    void objectsAreNotNull() { // A03
        try (XArray<String> array = XArray.create()) {
            assertThatNullPointerException().isThrownBy(() -> array.store(1, null)).withMessage("value");
            assertThatNullPointerException().isThrownBy(() -> array.insert(1, null)).withMessage("value");
            assertThat(array.isEmpty()).isTrue();
            String one = new String("one");
            array.store(1, one);
            assertThat(array.load(1)).isSameAs(one);
            assertThat(array.compareAndSet(1, new String("one"), "two")).as("identity").isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void rangesAreNotUpsideDown(Kind kind) {
        ArrayUnderTest array = create(kind);
        assertThatIllegalArgumentException().isThrownBy(() -> array.forEach(MAX, 5, null, (i, v) -> {}))
                .withMessage("first=18446744073709551615, last=5: last must not be below first");
        assertThatIllegalArgumentException().isThrownBy(() -> array.forEach(6, 5, Mark.M0, (i, v) -> {}));
    }

    @Test
    void nullArgumentsAreNamed() {
        try (LongXArray array = LongXArray.create()) {
            assertThatNullPointerException().isThrownBy(() -> array.forEach(null)).withMessage("consumer");
            assertThatNullPointerException().isThrownBy(() -> array.find(0, 1, (LongProbe) null)).withMessage("probe");
            assertThatNullPointerException().isThrownBy(() -> array.mark(0, null));
            assertThatNullPointerException().isThrownBy(() -> LongXArray.create(null)).withMessage("config");
        }
        assertThatNullPointerException().isThrownBy(() -> XArrayConfig.defaults().named(null)).withMessage("name");
        assertThatIllegalArgumentException().isThrownBy(() -> XArrayConfig.defaults().named(""))
                .withMessage("name is empty");
        assertThatIllegalArgumentException().isThrownBy(() -> XArrayConfig.defaults().withMaxNodeBytes(-1))
                .withMessageContaining("maxNodeBytes=-1");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aClosedArrayRefusesEverything(Kind kind) { // L05
        for (long[] content : new long[][]{{}, {0}, {0, 5, 1L << 40}}) {
            ArrayUnderTest array = create(kind, XArrayConfig.defaults().named("flows"));
            for (long index : content) {
                array.store(index, 1);
            }
            array.close();
            array.close();
            List<ThrowingCallable> calls = List.of(() -> array.load(0), () -> array.load(5), () -> array.store(0, 1),
                    () -> array.store(9, 1),
                    () -> array.erase(0), () -> array.erase(5), () -> array.insert(5, 1),
                    () -> array.compareAndSet(0, 1, 2),
                    () -> array.find(0, MAX, null, new LongProbe()), () -> array.forEach(0, MAX, null, (i, v) -> {}),
                    () -> array.forEach(0, MAX, Mark.M1, (i, v) -> {}), () -> array.mark(0, Mark.M0),
                    () -> array.unmark(5, Mark.M0),
                    () -> array.isMarked(0, Mark.M0), () -> array.anyMarked(Mark.M0), array::isEmpty, array::clear,
                    array::stats, array::dump);
            for (ThrowingCallable call : calls) {
                assertThatIllegalStateException().isThrownBy(call).withMessage("array flows is closed");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void closingInsideAnIterationEndsIt(Kind kind) {
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < 100; i++) {
            array.store(i, i);
        }
        assertThatIllegalStateException().isThrownBy(() -> array.forEach(0, MAX, null, (index, value) -> {
            if (index == 50) {
                array.close();
            }
            assertThat(index).isLessThanOrEqualTo(50);
        }));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatTheConsumerThrowsEndsTheIteration(Kind kind) {
        ArrayUnderTest array = create(kind);
        array.store(1, 1);
        array.store(2, 2);
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> array.forEach(0, MAX, null, (index, value) -> {
                    throw new ArithmeticException();
                }));
        assertThat(array.store(3, 3)).isEqualTo(ABSENT);
    }
}
