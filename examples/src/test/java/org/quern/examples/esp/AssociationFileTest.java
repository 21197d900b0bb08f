package org.quern.examples.esp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AssociationFileTest {
    private static final String KEY = "000102030405060708090a0b0c0d0e0f";
    private static final String GOOD = "0x100 10.0.0.0/8 10.1.2.3 192.0.2.1 192.0.2.2 " + KEY + " a0a1a2a3";

    @TempDir
    Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("test.sa"), text);
    }

    @Test
    void readsColumnsCommentsAndKeyLengths() throws IOException {
        List<SecurityAssociation> all = AssociationFile.read(file("# comment\n\n  " + GOOD + " # tail\n"
                + "4294967295\t2001:db8::/32 ::/0 2001:db8::1 2001:db8::2 0x" + KEY + KEY + " 0xA0A1A2A4\r\n"));
        assertThat(all).hasSize(2);
        assertThat(all.get(0)).hasToString("0x00000100 (10.0.0.0/8 -> 10.1.2.3/32)");
        assertThat(all.get(0).outer().version()).isEqualTo(4);
        assertThat(all.get(1).spi()).isEqualTo(-1);
        assertThat(all.get(1).ordinal()).isEqualTo(1);
        assertThat(all.get(1).keyBytes()).hasSize(32);
        assertThat(all.get(1).source().contains(6, 0x20010db8_00000000L, 5)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"0x100 10.0.0.0/8 10.1.2.3 192.0.2.1 192.0.2.2 | 1: key: missing",
            "0x100 10.0.0.0/8 10.1.2.3 192.0.2.1 192.0.2.2 " + KEY + " | 1: salt: missing",
            "0x100 10.0.0.0/8 10.1.2.3 192.0.2.1 192.0.2.2 abcd a0a1a2a3 | 1: key: 4 hexadecimal digits: must be 32 or 48 or 64",
            "0x100 10.0.0.0/8 10.1.2.3 192.0.2.1 192.0.2.2 secret!! a0a1a2a3 | 1: key: holds something else than hexadecimal digits",
            "0x100 10.0.0.0/8 10.1.2.3 192.0.2.1 192.0.2.2 " + KEY + " a0a1a2 | 1: salt: 6 hexadecimal digits",
            GOOD + " more | 1: 8 columns: a line has 7", "0xff 10.0.0.0/8 10.1.2.3 192.0.2.1 192.0.2.2 " + KEY
                    + " a0a1a2a3 | 1: spi: 0xff: must be 0x100..0xffffffff",
            "x 10.0.0.0/8 10.1.2.3 192.0.2.1 192.0.2.2 " + KEY + " a0a1a2a3 | 1: spi: \"x\" is no number",
            "0x100 10.0.0.1/8 10.1.2.3 192.0.2.1 192.0.2.2 " + KEY
                    + " a0a1a2a3 | 1: 10.0.0.1/8 has bits behind its prefix",
            "0x100 10.0.0.0/33 10.1.2.3 192.0.2.1 192.0.2.2 " + KEY + " a0a1a2a3 | 1: prefix length 33: must be 0..32",
            "0x100 example.org 10.1.2.3 192.0.2.1 192.0.2.2 " + KEY + " a0a1a2a3 | 1: \"example.org\" is no IP address",
            "0x100 10.1 10.1.2.3 192.0.2.1 192.0.2.2 " + KEY + " a0a1a2a3 | 1: \"10.1\" is no IP address",
            "0x100 10.0.0.0/8 10.1.2.3 192.0.2.1 ::1 " + KEY + " a0a1a2a3 | 1: outer addresses 192.0.2.1 and",
            "'' | holds no security association"})
    void saysWhereAndWhatWithoutTheKey(String line, String message) throws IOException {
        Path file = file(line);
        assertThatThrownBy(() -> AssociationFile.read(file)).isInstanceOf(AssociationException.class)
                .hasMessageStartingWith(file + ":").hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(KEY).doesNotContain("secret")
                        .doesNotContain("\n"));
    }

    @Test
    void refusesWhatWouldLetANonceRepeat() throws IOException {
        Path sameSpi = file(GOOD + "\n" + GOOD.replace("a0a1a2a3", "a0a1a2a4"));
        assertThatThrownBy(() -> AssociationFile.read(sameSpi))
                .hasMessageContaining(":2: SPI is already used by line 1");
        Path sameKey = file(GOOD + "\n" + GOOD.replace("0x100", "0x101"));
        assertThatThrownBy(() -> AssociationFile.read(sameKey))
                .hasMessageContaining(":2: key with this salt is already used");
    }

    @Test
    void refusesBinaryFiles() throws IOException {
        Path file = Files.write(directory.resolve("binary"), new byte[]{(byte) 0xFF, (byte) 0xFE, 0});
        assertThatThrownBy(() -> AssociationFile.read(file)).hasMessageContaining("not a text file");
    }

    @Test
    void sequenceNumbersEnd() {
        SecurityAssociation association = TestAssociations.of(0, "0.0.0.0/0", "0.0.0.0/0", "192.0.2.1", "192.0.2.2");
        assertThat(association.nextSequence()).isEqualTo(1);
        assertThat(association.nextSequence()).isEqualTo(2);
        association.skipTo(0xFFFF_FFFEL);
        assertThat(association.nextSequence()).isEqualTo(0xFFFF_FFFFL);
        assertThat(association.nextSequence()).isEqualTo(-1);
        assertThat(association.nextSequence()).isEqualTo(-1);
    }
}
