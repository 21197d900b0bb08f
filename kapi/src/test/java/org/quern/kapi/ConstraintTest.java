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

    @ParameterizedTest
    @CsvSource({"1, true", "0, false", "3, false", "4096, true", "-9223372036854775808, true", "-1, false"})
    void powerOfTwo(long value, boolean holds) {
        assertThat(new Constraint.PowerOfTwo().holds(value)).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({"4096, true", "4095, false", "-4096, true", "-4095, false", "-1, false", "0, false",
            "9223372036854775807, true", "-9223372036854775808, true"})
    void addressRangeIsUnsigned(long value, boolean holds) {
        assertThat(new Constraint.AddressRange(4096, -4096).holds(value)).isEqualTo(holds);
    }

    @Test
    void pageMultiple() {
        Constraint.OnNumber pages = new Constraint.PageMultiple();
        assertThat(pages.holds(0) && pages.holds(Page.SIZE) && pages.holds(-Page.SIZE)).isTrue();
        assertThat(pages.holds(1) || pages.holds(Page.SIZE - 1) || pages.holds(Page.SIZE / 2)).isFalse();
    }

    @Test
    void maskWithBitsOfOneArchitecture() {
        Constants more = Constants.none().and("MORE", 2);
        Constraint.Mask mask = new Constraint.Mask(Constants.none().and("ONE", 1),
                java.util.List.of(new Constraint.MaskAddition(Architecture.AARCH64, more)));
        assertThat(mask.allowedOn(Architecture.X86_64)).isEqualTo(1);
        assertThat(mask.allowedOn(Architecture.AARCH64)).isEqualTo(3);
        assertThat(mask.holds(2)).isEqualTo(Architecture.current() == Architecture.AARCH64);
        assertThat(mask.rule()).isEqualTo("a combination of ONE, on AARCH64 also MORE");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, true", "-4096, 0, true", "-8192, 4096, true", "-8192, 4097, false", "-1, 1, false",
            "9223372036854775807, 9223372036854775807, false", "4096, -4096, false"})
    void roundedSumDoesNotWrap(long first, long second, boolean holds) {
        assertThat(new Relation.Known(Relation.Kind.PAGES_DO_NOT_WRAP, "a", "b").holds(first, second)).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({"AT_MOST, 1, 1, true", "AT_MOST, 2, 1, false", "AT_MOST, 1, -1, true", "AT_MOST, -1, 1, false",
            "DISJOINT_BITS, 1, 2, true", "DISJOINT_BITS, 3, 2, false", "DISJOINT_BITS, 0, 0, true"})
    void relations(Relation.Kind kind, long first, long second, boolean holds) {
        assertThat(new Relation.Known(kind, "a", "b").holds(first, second)).isEqualTo(holds);
    }

    @Test
    void whatIsCodeIsEqualByItsWords() {
        assertThat(new Constraint.Custom(v -> true, "odd")).isEqualTo(new Constraint.Custom(v -> false, "odd"))
                .hasSameHashCodeAs(new Constraint.Custom(v -> false, "odd"))
                .isNotEqualTo(new Constraint.Custom(v -> true, "even"));
        assertThat(new Relation.Custom("a", "b", (a, b) -> true, "x"))
                .isEqualTo(new Relation.Custom("a", "b", (a, b) -> false, "x"))
                .isNotEqualTo(new Relation.Custom("a", "c", (a, b) -> true, "x"));
        assertThat(new ErrorEntry(Errno.EIO, "x")).isEqualTo(new ErrorEntry(Errno.EIO, "x", a -> false))
                .isNotEqualTo(new ErrorEntry(Errno.EIO, "y"));
        assertThat(new ResultCheck.Custom(v -> true, "x")).isEqualTo(new ResultCheck.Custom(v -> false, "x"))
                .isNotEqualTo(new ResultCheck.Custom(v -> true, "y"));
    }

    @Test
    void resultChecks() {
        assertThat(new ResultCheck.Exact(0).accepts(0)).isTrue();
        assertThat(new ResultCheck.Exact(0).accepts(1)).isFalse();
        assertThat(new ResultCheck.Range(0, 9).accepts(9)).isTrue();
        assertThat(new ResultCheck.Range(0, 9).accepts(10)).isFalse();
        assertThat(new ResultCheck.Fd().accepts(0) && new ResultCheck.Fd().accepts(Integer.MAX_VALUE)).isTrue();
        assertThat(new ResultCheck.Fd().accepts(-5000) || new ResultCheck.Fd().accepts(1L << 31)).isFalse();
        assertThat(new ResultCheck.Address().accepts(MIN) && new ResultCheck.Address().accepts(-4096)).isTrue();
        assertThat(new ResultCheck.Address().accepts(-4095) || new ResultCheck.Address().accepts(-1)).isFalse();
        assertThat(new ResultCheck.Count().accepts(0) && new ResultCheck.Count().accepts(MAX)).isTrue();
        assertThat(new ResultCheck.Count().accepts(-1)).isFalse();
        assertThat(new ResultCheck.ErrorList(0).accepts(5)).isTrue();
        assertThat(new ResultCheck.ErrorList(0).accepts(-5)).isFalse();
        assertThat(new ResultCheck.NoReturn().accepts(0)).isFalse();
        assertThat(new ResultCheck.Custom(v -> v % 2 == 0, "even").accepts(4)).isTrue();
        assertThat(new ResultCheck.Custom(v -> v % 2 == 0, "even").accepts(-4)).isFalse();
    }
}
