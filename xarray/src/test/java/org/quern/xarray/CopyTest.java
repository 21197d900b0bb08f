package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Copying, counting, and iterations that end early. */
class CopyTest {
    private final LongXArray array = LongXArray.create();

    @AfterEach
    void checkAndClose() {
        TreeChecker.check(array.tree());
        array.close();
    }

    @Test
    void copiesWhatIsThere() { // E12
        array.store(3, 30);
        array.store(64, 4, 40);
        array.reserve(90);
        array.store(1000, 50);
        array.mark(70, Mark.M1);
        long[] indices = new long[5];
        long[] values = new long[5];
        assertThat(array.copyRange(0, -1L, null, indices, values, 1, 4)).isEqualTo(3);
        assertThat(indices).containsExactly(0, 3, 64, 1000, 0);
        assertThat(values).containsExactly(0, 30, 40, 50, 0);
        assertThat(array.copyRange(70, 999, null, indices, values, 0, 5)).isEqualTo(1);
        assertThat(indices[0]).as("begins inside").isEqualTo(70);
        assertThat(array.copyRange(0, -1L, Mark.M1, indices, values, 0, 5)).isEqualTo(1);
        assertThat(array.copyRange(0, -1L, null, indices, values, 0, 2)).isEqualTo(2);
        assertThat(array.copyRange(0, -1L, null, indices, values, 0, 0)).isZero();
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> array.copyRange(0, 5, null, indices, values, 3, 3));
        assertThat(array.count(0, -1L)).isEqualTo(3);
        assertThat(array.count(65, 999)).isEqualTo(1);
    }

    @Test
    void predicatesEndTheIteration() { // E14
        for (int i = 0; i < 200; i += 2) {
            array.store(i, i);
            array.mark(i, Mark.M2);
        }
        List<Long> seen = new ArrayList<>();
        assertThat(array.forEachWhile(10, -1L, (index, value) -> seen.add(index) && index < 20)).isTrue();
        assertThat(seen).containsExactly(10L, 12L, 14L, 16L, 18L, 20L);
        assertThat(array.forEachMarkedWhile(190, -1L, Mark.M2, (index, value) -> true)).isFalse();
    }

    @Test
    void objectsToo() {
        try (XArray<String> names = XArray.create()) {
            names.store(5, "five");
            names.store(8, 3, "eight");
            String[] values = new String[2];
            assertThat(names.copyRange(0, -1L, null, new long[2], values, 0, 2)).isEqualTo(2);
            assertThat(values).containsExactly("five", "eight");
            assertThat(names.forEachWhile(0, -1L, (index, value) -> !value.equals("five"))).isTrue();
            Probe<String> witness = new Probe<>();
            assertThat(names.compareAndExchange(9, "eight", null, witness)).isTrue();
            assertThat(witness.value()).isEqualTo("eight");
            names.reserve(9);
            assertThat(names.compareAndExchange(9, null, "nine", witness)).isFalse();
            assertThat(witness.isReserved()).isTrue();
        }
    }
}
