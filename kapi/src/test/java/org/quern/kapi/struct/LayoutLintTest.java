package org.quern.kapi.struct;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.quern.kapi.struct.LayoutLint.Rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.quern.kapi.struct.FieldType.LONG;
import static org.quern.kapi.struct.FieldType.POINTER;
import static org.quern.kapi.struct.FieldType.U16;
import static org.quern.kapi.struct.FieldType.U32;
import static org.quern.kapi.struct.FieldType.U64;
import static org.quern.kapi.struct.FieldType.U8;
import static org.quern.kapi.struct.StructSpec.struct;
import static org.quern.kapi.struct.Transfer.IN;

/** Every rule of the layout has a structure that breaks it and nothing else. */
class LayoutLintTest {
    private static StructSpec.Builder holes() {
        return struct("holes").field("a", U32, IN, "").field("b", U64, IN, "").field("c", U32, IN, "");
    }

    @Test
    void theReferenceExampleIsRefusedWithBothWaysOut() {
        StructSpec holes = holes().laidOut("");
        assertThat(holes.size()).isEqualTo(24);
        List<LayoutLint.Finding> findings = LayoutLint.check(holes);
        assertThat(findings).extracting(LayoutLint.Finding::rule).containsExactly(Rule.NO_INNER_PADDING,
                Rule.NO_TRAILING_PADDING);
        assertThat(findings.getFirst().text()).isEqualTo("4 bytes without a name before it; reorder to b, a, c"
                + " (16 bytes everywhere), or add reserved members: 4 bytes at 4, 4 bytes at 20");
        assertThatIllegalArgumentException().isThrownBy(() -> holes().end()).withMessageStartingWith("struct holes: ")
                .withMessageContaining("reorder to b, a, c");
    }

    @Test
    void bothWaysOutPass() {
        assertThat(struct("s").field("b", U64, IN, "").field("a", U32, IN, "").field("c", U32, IN, "").end().size())
                .isEqualTo(16);
        assertThat(struct("s").field("a", U32, IN, "").reserved("r1", 4).field("b", U64, IN, "").field("c", U32, IN, "")
                .reserved("r2", 4).end().size()).isEqualTo(24);
    }

    @Test
    void widthsThatDifferAreRefused() {
        assertRefused(Rule.FIXED_WIDTH, struct("s").field("l", LONG, IN, ""));
        assertRefused(Rule.NO_POINTER, struct("s").field("p", POINTER, IN, ""));
        StructSpec inner = struct("inner").field("l", LONG, IN, "").laidOut("");
        assertRefused(Rule.FIXED_WIDTH, struct("s").nested("n", inner, IN, ""));
    }

    @Test
    void classicTimesAreRefused() {
        StructSpec time = struct("timespec").field("tv_sec", FieldType.S64, IN, "")
                .field("tv_nsec", FieldType.S64, IN, "")
                .end();
        assertRefused(Rule.NO_CLASSIC_TIME, struct("s").nested("when", time, IN, ""));
    }

    @Test
    void sizesThatSomeAbiRoundsAreRefused() {
        assertRefused(Rule.MULTIPLE_OF_FOUR, struct("s").field("a", U16, IN, ""));
        assertRefused(Rule.MULTIPLE_OF_FOUR, struct("s").array("a", U8, 7, IN, ""));
        assertThat(struct("s").array("a", U8, 8, IN, "").end().size()).isEqualTo(8);
    }

    @Test
    void sizesThatSomeNumberCannotCarryAreRefused() {
        assertThat(struct("s").array("a", U32, 8188 / 4, IN, "").end().size()).isEqualTo(8188);
        assertRefused(Rule.PORTABLE_SIZE, struct("s").array("a", U32, 8192 / 4, IN, ""));
    }

    @Test
    void packingMayNotMoveAnything() {
        assertThat(struct("s").packed().field("a", U32, IN, "").field("b", U32, IN, "").end().alignment()).isEqualTo(1);
        assertRefused(Rule.PACKED_NATURALLY,
                struct("s").packed().field("a", U32, IN, "").field("b", U64, IN, "").field("c", U32, IN, ""));
    }

    @Test
    void aMemberMovedFromItsPlaceIsRefused() {
        FieldSpec odd = new FieldSpec("a", U64, 4, 1, IN, List.of(), List.of(), "");
        StructSpec moved = new StructSpec("s", List.of(odd), List.of(), 12, false, "");
        assertThat(LayoutLint.check(moved)).extracting(LayoutLint.Finding::rule).contains(Rule.NATURAL_ALIGNMENT);
    }

    @Test
    void theSizeComesFirst() {
        assertRefused(Rule.SIZE_FIRST, struct("s").field("flags", U64, IN, "").field("size", U64, IN, ""));
        assertThat(struct("s").field("size", U64, IN, "").field("flags", U64, IN, "").end().isSized()).isTrue();
    }

    private static void assertRefused(Rule rule, StructSpec.Builder builder) {
        assertThat(LayoutLint.check(builder.laidOut(""))).extracting(LayoutLint.Finding::rule).containsOnly(rule);
        assertThatIllegalArgumentException().isThrownBy(builder::end).withMessageContaining(rule.name());
    }
}
