package org.quern.padata;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quern.padata.CpuMaskFormatException.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The text form of section 2.5 of the contract: its table, its rules of leniency, and its errors. */
class CpuMaskTest {
    private static CpuMask all(int cpus) {
        return CpuMask.of(IntStream.range(0, cpus).toArray());
    }

    @ParameterizedTest
    @CsvSource({"4,f", "6,3f", "32,ffffffff", "33,'1,ffffffff'", "64,'ffffffff,ffffffff'", "1,1", "5,1f",
            "36,'f,ffffffff'",
            "65,'1,ffffffff,ffffffff'"})
    void shouldPrintFullMasks(int possible, String text) {
        assertThat(all(possible).format(possible)).isEqualTo(text + "\n");
        assertThat(CpuMask.parse(text, possible)).isEqualTo(all(possible));
    }

    @Test
    void shouldPrintSparseMasksZeroPadded() {
        assertThat(CpuMask.of(0, 39).format(40)).isEqualTo("80,00000001\n");
        assertThat(CpuMask.of(0).format(40)).isEqualTo("00,00000001\n");
        assertThat(CpuMask.of().format(33)).isEqualTo("0,00000000\n");
    }

    @ParameterizedTest
    @CsvSource({"'1,,5','0 2 32'", "',44','2 6'", "',',''", "'',''", "'  1 , 5\t','0 2 32'", "'1 5','0 2 32'",
            "'1\n5','0'", "'F','0 1 2 3'", "'0000000f','0 1 2 3'", "'1,00000000','32'", "'1,0','32'",
            "' \r\u000b\f','' ",
            "'1\u00005','0'"})
    void shouldReadWhatTheControlFilesRead(String text, String cpus) {
        int[] expected = cpus.isBlank()
                ? new int[0]
                : java.util.Arrays.stream(cpus.trim().split(" ")).mapToInt(Integer::parseInt).toArray();
        assertThat(CpuMask.parse(text, 64)).isEqualTo(CpuMask.of(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"g", "0x1", "1;2", "-1", "1,z", "\u0661", "1.5", "f\u00a0"})
    void shouldRejectWhatIsNotHexadecimal(String text) {
        assertThatThrownBy(() -> CpuMask.parse(text, 64)).isInstanceOfSatisfying(CpuMaskFormatException.class,
                e -> assertThat(e.reason()).isEqualTo(Reason.EINVAL)).hasMessageContaining("position");
    }

    @ParameterizedTest
    @CsvSource({"'000000001',64", "'1,0,0',64", "'0,0,0',64", "'10',4", "'1,0',32", "'2,00000000',33"})
    void shouldRejectWhatDoesNotFit(String text, int possible) {
        assertThatThrownBy(() -> CpuMask.parse(text, possible)).isInstanceOfSatisfying(CpuMaskFormatException.class,
                e -> assertThat(e.reason()).isEqualTo(Reason.EOVERFLOW));
    }

    @Test
    void shouldRefuseToPrintMoreThanAPage() {
        assertThat(CpuMask.of().format(14_560)).hasSize(4095);
        assertThatThrownBy(() -> CpuMask.of().format(14_561)).isInstanceOfSatisfying(CpuMaskFormatException.class,
                e -> assertThat(e.reason()).isEqualTo(Reason.EINVAL)).hasMessageContaining("possibleCpus=14561");
        assertThatThrownBy(() -> CpuMask.of(9).format(9)).isInstanceOfSatisfying(CpuMaskFormatException.class,
                e -> assertThat(e.reason()).isEqualTo(Reason.EOVERFLOW)).hasMessageContaining("cpu=9");
    }

    @Test
    void shouldRoundTrip() {
        long seed = 42;
        System.out.println("CpuMaskTest seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 2000; i++) {
            int possible = random.nextInt(1, 300);
            BitSet cpus = new BitSet();
            for (int n = random.nextInt(possible + 1); n > 0; n--) {
                cpus.set(random.nextInt(possible));
            }
            CpuMask mask = CpuMask.of(cpus);
            String text = mask.format(possible);
            assertThat(CpuMask.parse(text, possible)).isEqualTo(mask).hasSameHashCodeAs(mask);
            assertThat(CpuMask.parse(text.toUpperCase(java.util.Locale.ROOT).replace(',', ' '), possible))
                    .isEqualTo(mask);
        }
    }

    @Test
    void shouldBeASet() {
        CpuMask mask = CpuMask.of(5, 1, 1, 9);
        assertThat(mask.toArray()).containsExactly(1, 5, 9);
        assertThat(mask.size()).isEqualTo(3);
        assertThat(mask).hasToString("[1, 5, 9]");
        assertThat(mask.contains(5)).isTrue();
        assertThat(mask.contains(-1)).isFalse();
        assertThat(mask.contains(Integer.MAX_VALUE)).isFalse();
        assertThat(mask.containsAll(CpuMask.of(1, 9))).isTrue();
        assertThat(mask.containsAll(CpuMask.of(1, 2))).isFalse();
        mask.toBitSet().clear();
        assertThat(mask.isEmpty()).isFalse();
        assertThat(CpuMask.available().isEmpty()).isFalse();
        assertThatThrownBy(() -> CpuMask.of(-1)).hasMessageContaining("cpu=-1");
        assertThatThrownBy(() -> CpuMask.of(CpuMask.MAX_CPUS)).hasMessageContaining("cpu=65536");
        assertThatThrownBy(() -> CpuMask.parse("1", 0)).hasMessageContaining("possibleCpus=0");
    }
}
