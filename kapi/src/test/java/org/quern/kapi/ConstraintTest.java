package org.quern.kapi;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Each kind just inside and just outside. */
class ConstraintTest {
    private static final long MIN = Long.MIN_VALUE;
    private static final long MAX = Long.MAX_VALUE;

    @ParameterizedTest
    @CsvSource({"0, true", "-1, false", "9, true", "10, false", "-9223372036854775808, false",
            "9223372036854775807, false"})
    void range(long value, boolean inside) {
        assertThat(new Constraint.Range(0, 9).holds(value)).isEqualTo(inside);
    }

    @Test
    void rangeOfAllNumbers() {
        Constraint.OnNumber all = new Constraint.Range(MIN, MAX);
        assertThat(all.holds(MIN) && all.holds(MAX) && all.holds(0)).isTrue();
    }

    @Test
    void mask() {
        Constraint.OnNumber mask = new Constraint.Mask(Constants.none().and("A", 1).and("B", 4).and("TOP", MIN));
        assertThat(mask.holds(0) && mask.holds(5) && mask.holds(MIN | 1)).isTrue();
        assertThat(mask.holds(2) || mask.holds(7) || mask.holds(MAX)).isFalse();
        assertThat(new Constraint.Mask(Constants.none()).holds(0)).isTrue();
        assertThat(new Constraint.Mask(Constants.none()).holds(1)).isFalse();
    }

    @Test
    void oneOf() {
        Constraint.OnNumber choice = new Constraint.OneOf(Constants.none().and("A", 1).and("B", 4));
        assertThat(choice.holds(1) && choice.holds(4)).isTrue();
        assertThat(choice.holds(5) || choice.holds(0)).isFalse();
        assertThat(new Constraint.OneOf(Constants.none()).holds(77)).as("an empty list passes").isTrue();
    }

    @Test
    void multipleOf() {
        Constraint.OnNumber pages = new Constraint.MultipleOf(4096);
        assertThat(pages.holds(0) && pages.holds(4096) && pages.holds(-4096)).isTrue();
        assertThat(pages.holds(1) || pages.holds(4095) || pages.holds(MAX)).isFalse();
        assertThat(pages.rule()).isEqualTo("a multiple of 4096");
    }

    @Test
    void nonZero() {
        assertThat(new Constraint.NonZero().holds(0)).isFalse();
        assertThat(new Constraint.NonZero().holds(MIN)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0, 0, true", "-1, 0, true", "-1, 1, false", "9223372036854775807, 9223372036854775807, true",
            "-4096, 4095, true", "-4096, 4096, false"})
    void sumDoesNotWrap(long first, long second, boolean holds) {
        assertThat(new Relation.Known(Relation.Kind.SUM_DOES_NOT_WRAP, "a", "b").holds(first, second)).isEqualTo(holds);
    }
}
