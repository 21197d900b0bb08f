package org.quern.examples.esp;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** ESP packets against packets put together by hand, and every way in which one may not open. */
class EspTunnelTest {
    private static final int LINK = 14;

    private final SecurityAssociation v4 = TestAssociations.of(1, "10.0.0.0/8", "10.0.0.0/8", "192.0.2.1",
            "198.51.100.1");
    private final SecurityAssociation v6 = TestAssociations.of(2, "10.0.0.0/8", "10.0.0.0/8", "2001:db8::1",
            "2001:db8::2");
    private final EspTunnel tunnel = new EspTunnel();
    private final ByteBuffer in = ByteBuffer.allocateDirect(70_000);
    private final ByteBuffer out = ByteBuffer.allocateDirect(70_000);

    @ParameterizedTest
    @CsvSource({"00000000000000000000000000000000, 000000000000000000000000, '', '', 58e2fccefa7e3061367f1d57a4e7455a",
            "00000000000000000000000000000000, 000000000000000000000000, '', 00000000000000000000000000000000, "
                    + "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
            "feffe9928665731c6d6a8f9467308308, cafebabefacedbaddecaf888, feedfacedeadbeeffeedfacedeadbeefabaddad2, "
                    + "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39, "
                    + "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
                    + "5bc94fbc3221a5db94fae95ae7121a47"})
    void theTextbookAgreesWithThePublishedVectors(String key, String nonce, String aad, String plain, String expected)
            throws GeneralSecurityException {
        // Test cases 1, 2 and 4 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)".
        HexFormat hex = HexFormat.of();
        byte[] sealed = new TextbookGcm(hex.parseHex(key)).seal(hex.parseHex(nonce), hex.parseHex(aad),
                hex.parseHex(plain));
        assertThat(hex.formatHex(sealed)).isEqualTo(expected);
    }

    /** An IPv4 packet with recognisable bytes. */
    private static byte[] inner4(int length) {
        byte[] packet = new byte[length];
        for (int i = 0; i < length; i++) {
            packet[i] = (byte) (i * 31);
        }
        ByteBuffer.wrap(packet).putInt(0, 0x45B8_0000 | length).putInt(4, 0x1234_4000).putInt(8, 0x4011_0000)
                .putInt(12, 0x0A01_0203).putInt(16, 0x0A04_0506);
        return packet;
    }

    private static byte[] inner6(int length) {
        byte[] packet = inner4(length);
        ByteBuffer.wrap(packet).putInt(0, 0x6BB0_1234).putShort(4, (short) (length - 40)).putShort(6, (short) 0x1140);
        return packet;
    }

    private byte[] seal(SecurityAssociation association, long sequence, byte[] inner) throws GeneralSecurityException {
        // Frame bytes behind the packet, as an Ethernet trailer would be: they may not come through.
        in.put(LINK, inner).put(LINK + inner.length, new byte[]{99, 99, 99, 99, 99, 99});
        int length = tunnel.seal(association, sequence, in, LINK, out, LINK);
        byte[] sealed = new byte[length];
        out.get(LINK, sealed);
        return sealed;
    }

    private int open(SecurityAssociation association, byte[] packet, ByteBuffer to) throws GeneralSecurityException {
        in.put(LINK, packet);
        return tunnel.open(association, in, LINK, to, 5);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 21, 22, 23, 24, 64, 570, 1500, 9000, 65_000})
    void sealsExactlyAsTheStandardsSay(int length) throws GeneralSecurityException {
        byte[] inner = inner4(length);
        byte[] sealed = seal(v4, 0xFEDC_BA98L, inner);

        int padding = -(length + 2) & 3;
        ByteBuffer plain = ByteBuffer.allocate(length + padding + 2).put(inner);
        for (int i = 1; i <= padding; i++) {
            plain.put((byte) i);
        }
        plain.put((byte) padding).put((byte) 4);
        byte[] key = TestAssociations.KEY.clone();
        key[0] = 1;
        byte[] iv = HexFormat.of().parseHex("00000000fedcba98");
        byte[] header = HexFormat.of().parseHex("00001001fedcba98");
        byte[] nonce = ByteBuffer.allocate(12).put(TestAssociations.SALT).put(iv).array();
        byte[] body = new TextbookGcm(key).seal(nonce, header, plain.array());
        int total = 20 + 8 + 8 + body.length;
        ByteBuffer expected = ByteBuffer.allocate(total).putInt(0x45B8_0000 | total).putInt(0xBA98_4000)
                .putInt(0x4032_0000)
                .putInt(0xC000_0201).putInt(0xC633_6401).put(header).put(iv).put(body);
        expected.putShort(10, checksumOf(Arrays.copyOf(expected.array(), 20)));

        assertThat(HexFormat.of().formatHex(sealed)).isEqualTo(HexFormat.of().formatHex(expected.array()));
        assertThat(sealed.length).isEqualTo(EspTunnel.sealedBytes(v4, length));
    }

    /** Checksum the other way round: the value that makes the ones' complement sum come to 0xFFFF. */
    private static short checksumOf(byte[] header) {
        int sum = 0;
        for (int i = 0; i < header.length; i += 2) {
            sum += (header[i] & 0xFF) << 8 | header[i + 1] & 0xFF;
            sum = sum % 0xFFFF;
        }
        return (short) (0xFFFF - sum);
    }

    @Test
    void innerAndOuterVersionsMix() throws GeneralSecurityException {
        long sequence = 7;
        for (SecurityAssociation association : new SecurityAssociation[]{v4, v6}) {
            for (byte[] inner : new byte[][]{inner4(77), inner6(77)}) {
                byte[] sealed = seal(association, sequence++, inner);
                assertThat(sealed[0] >> 4).isEqualTo(association.outer().version());
                ByteBuffer opened = ByteBuffer.allocateDirect(200);
                assertThat(open(association, sealed, opened)).isEqualTo(77);
                byte[] back = new byte[77];
                opened.get(5, back);
                assertThat(back).isEqualTo(inner);
            }
        }
        byte[] sealed = seal(v6, sequence, inner4(77));
        assertThat(HexFormat.of().formatHex(sealed, 0, 40)).isEqualTo("6b800000" + "00703240"
                + "20010db8000000000000000000000001" + "20010db8000000000000000000000002");
    }

    @Test
    void everyFlippedBitIsNoticed() throws GeneralSecurityException {
        byte[] sealed = seal(v4, 1, inner4(40));
        int esp = 20;
        for (int bit = 8 * esp; bit < 8 * sealed.length; bit++) {
            byte[] broken = sealed.clone();
            broken[bit / 8] ^= (byte) (1 << bit % 8);
            // SPI bits are not read here: the association is given. They are authenticated through it.
            int expected = bit < 8 * (esp + 4) ? 40 : -1;
            assertThat(open(v4, broken, out)).as("bit %d", bit).isEqualTo(expected);
        }
        assertThat(open(v6, sealed, out)).as("another key").isEqualTo(-1);
        assertThat(tunnel.refusal()).isEqualTo(Outcome.BAD_ICV);
        assertThat(open(v4, sealed, out)).as("the tunnel still works").isEqualTo(40);
    }

    @Test
    void authenticNonsenseIsRefused() throws GeneralSecurityException {
        byte[] key = TestAssociations.KEY.clone();
        key[0] = 1;
        byte[] packet = inner4(22);
        assertThat(openForged(key, packet, new byte[0], 0, 4)).as("the forgery itself is sound").isEqualTo(22);
        assertThat(openForged(key, packet, new byte[]{1, 2, 3, 5}, 4, 4)).as("padding").isEqualTo(-1);
        assertThat(openForged(key, packet, new byte[0], 25, 4)).as("pad length").isEqualTo(-1);
        assertThat(openForged(key, packet, new byte[0], 0, 41)).as("next header").isEqualTo(-1);
        assertThat(openForged(key, packet, new byte[0], 0, 59)).as("dummy packet").isEqualTo(-1);
        assertThat(openForged(key, packet, new byte[]{1, 2, 3, 4}, 0, 4)).as("inner length").isEqualTo(-1);
        assertThat(openForged(key, new byte[0], new byte[0], 0, 4)).as("nothing inside").isEqualTo(-1);
        assertThat(tunnel.refusal()).isEqualTo(Outcome.BAD_TRAILER);
    }

    private int openForged(byte[] key, byte[] inner, byte[] padding, int padLength, int next)
            throws GeneralSecurityException {
        byte[] plain = ByteBuffer.allocate(inner.length + padding.length + 2).put(inner).put(padding)
                .put((byte) padLength)
                .put((byte) next).array();
        byte[] nonce = ByteBuffer.allocate(12).put(TestAssociations.SALT).putLong(9).array();
        byte[] header = ByteBuffer.allocate(8).putInt(0x1001).putInt(9).array();
        byte[] body = new TextbookGcm(key).seal(nonce, header, plain);
        int total = 36 + body.length;
        byte[] packet = ByteBuffer.allocate(total).putInt(0x4500_0000 | total).putInt(0).putInt(0x4032_0000).putLong(0)
                .put(header)
                .putLong(9).put(body).array();
        return open(v4, packet, out);
    }

    @Test
    void headersDecideWhatCanBeOpened() {
        assertThat(openable("45000030000000004032000000000000" + "00000000", 48)).isEqualTo(Outcome.ESP_TOO_SHORT);
        assertThat(openable("45000036000000004032000000000000" + "00000000", 54)).isEqualTo(Outcome.DONE);
        assertThat(openable("45000036000000004011000000000000" + "00000000", 54)).isEqualTo(Outcome.NOT_ESP);
        assertThat(openable("45000036000020004032000000000000" + "00000000", 54)).isEqualTo(Outcome.FRAGMENT);
        assertThat(openable("45000036000000014032000000000000" + "00000000", 54)).isEqualTo(Outcome.FRAGMENT);
    }

    private static Outcome openable(String header, int length) {
        ByteBuffer packet = ByteBuffer.allocate(100).put(0, HexFormat.of().parseHex(header));
        IpHeader ip = new IpHeader();
        assertThat(ip.read(packet, 0, length)).isEqualTo(Outcome.DONE);
        return EspTunnel.openable(ip);
    }

    @Test
    void ipHeadersAreCheckedAgainstThemselvesAndTheFrame() {
        IpHeader ip = new IpHeader();
        ByteBuffer packet = ByteBuffer.allocate(100).put(0, inner4(60));
        assertThat(ip.read(packet, 0, 60)).isEqualTo(Outcome.DONE);
        assertThat(ip.read(packet, 0, 59)).isEqualTo(Outcome.CUT_SHORT);
        assertThat(ip.read(packet, 0, 19)).isEqualTo(Outcome.CUT_SHORT);
        assertThat(ip.read(packet, 0, 0)).isEqualTo(Outcome.CUT_SHORT);
        assertThat(ip.read(packet.put(0, (byte) 0x44), 0, 60)).as("header length 16").isEqualTo(Outcome.BAD_IP_HEADER);
        assertThat(ip.read(packet.put(0, (byte) 0x4F).putShort(2, (short) 59), 0, 60)).isEqualTo(Outcome.BAD_IP_HEADER);
        assertThat(ip.read(packet.put(0, (byte) 0x55), 0, 60)).as("version 5").isEqualTo(Outcome.BAD_IP_HEADER);
        packet.put(0, inner6(60));
        assertThat(ip.read(packet, 0, 60)).isEqualTo(Outcome.DONE);
        assertThat(ip.read(packet, 0, 39)).isEqualTo(Outcome.CUT_SHORT);
        assertThat(ip.trafficClass()).isEqualTo(0xBB);
    }
}
