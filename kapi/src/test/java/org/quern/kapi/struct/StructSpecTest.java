package org.quern.kapi.struct;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.quern.kapi.struct.FieldType.S8;
import static org.quern.kapi.struct.FieldType.U32;
import static org.quern.kapi.struct.FieldType.U64;
import static org.quern.kapi.struct.StructSpec.struct;
import static org.quern.kapi.struct.Transfer.IN;
import static org.quern.kapi.struct.Transfer.OUT;

class StructSpecTest {
    private static final StructSpec PAIR = struct("pair").field("left", U64, IN, "").field("right", U64, OUT, "").end();

    @Test
    void argumentsAreZeroWhateverTheMemoryHeld() {
        try (Arena arena = Arena.ofConfined()) {
            SegmentAllocator poisoned = (bytes, alignment) -> arena.allocate(bytes, alignment).fill((byte) 0xa5);
            for (byte b : PAIR.allocate(poisoned).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)) {
                assertThat(b).isZero();
            }
            StructSpec sized = struct("sized").field("size", U32, IN, "").field("flags", U32, IN, "").end();
            MemorySegment memory = sized.allocate(poisoned);
            assertThat(sized.number("size").get(memory)).isEqualTo(8);
            assertThat(sized.number("flags").get(memory)).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"S8, -128, 127", "U8, 0, 255", "S16, -32768, 32767", "U16, 0, 65535", "S32, -2147483648, 2147483647",
            "U32, 0, 4294967295"})
    void numbersKeepTheirSignAndRefuseWhatDoesNotFit(FieldType type, long min, long max) {
        StructSpec one = struct("one").field("pad", U64, IN, "").array("fill", type, 1, IN, "").legacy("a test");
        NumberField field = one.number("fill");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = one.allocate(arena);
            for (long value : new long[]{min, 0, 1, max}) {
                field.set(memory, value);
                assertThat(field.get(memory)).isEqualTo(value);
            }
            assertThatIllegalArgumentException().isThrownBy(() -> field.set(memory, max + 1))
                    .withMessageContaining("fill=" + (max + 1));
            assertThatIllegalArgumentException().isThrownBy(() -> field.set(memory, min - 1));
        }
    }

    @Test
    void nestedMembersAreFoundByPath() {
        StructSpec outer = struct("outer").field("first", U64, IN, "").nested("in", PAIR, IN, "")
                .union("u", IN, "", PAIR, struct("other").field("x", U64, IN, "").end()).end();
        assertThat(outer.size()).isEqualTo(40);
        assertThat(outer.number("in.right").offset()).isEqualTo(16);
        assertThat(outer.number("u.pair.right").offset()).isEqualTo(32);
        assertThat(outer.number("u.other.x").offset()).isEqualTo(24);
        for (String wrong : new String[]{"nothing", "in", "in.nothing", "u", "u.pair", "u.x", "first.x", ""}) {
            assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> outer.number(wrong))
                    .withMessageContaining("path='" + wrong + "'");
        }
    }

    @Test
    void arraysOfStructuresAreReadByBase() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment array = arena.allocate(PAIR.size() * 3);
            NumberField right = PAIR.number("right");
            right.set(array.asSlice(PAIR.size()), 7);
            assertThat(right.get(array, PAIR.size())).isEqualTo(7);
            assertThat(right.get(array, 0)).isZero();
        }
    }

    @Test
    void membersAreShownByName() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = PAIR.allocate(arena);
            PAIR.number("left").set(memory, -1);
            assertThat(PAIR.show(memory)).isEqualTo("pair{left=0xffffffffffffffff, right=0}");
        }
    }

    @Test
    void contradictionsAreRefusedByName() {
        assertThatIllegalArgumentException().isThrownBy(() -> struct("s").end()).withMessageContaining("name='s'");
        assertThatIllegalArgumentException().isThrownBy(() -> struct(" ").field("a", U64, IN, "").end());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> struct("s").field("a", U64, IN, "").field("a", U64, IN, "").end())
                .withMessageContaining("[a, a]");
        assertThatIllegalArgumentException().isThrownBy(() -> struct("s").array("a", U64, 0, IN, ""))
                .withMessageContaining("count=0");
        assertThatIllegalArgumentException().isThrownBy(() -> struct("s").union("u", IN, ""))
                .withMessageContaining("members=[]");
        assertThatIllegalArgumentException().isThrownBy(() -> struct("s").field("a", FieldType.STRUCT, IN, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> struct("s").field("a", S8, IN, "").legacy(""))
                .withMessageContaining("reason=''");
    }
}
