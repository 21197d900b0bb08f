package org.quern.examples.esp;

import java.util.HexFormat;

/** Associations for tests of other packages. */
public final class TestAssociations {
    public static final byte[] KEY = HexFormat.of().parseHex("101112131415161718191a1b1c1d1e1f");
    public static final byte[] SALT = HexFormat.of().parseHex("a0a1a2a3");

    private TestAssociations() {}

    public static SecurityAssociation of(int ordinal, String source, String destination, String outerSource,
            String outerDestination) {
        byte[] key = KEY.clone();
        key[0] = (byte) ordinal;
        return new SecurityAssociation(ordinal, 0x1000 + ordinal, IpPrefix.parse(source), IpPrefix.parse(destination),
                new OuterHeader(IpAddress.parse(outerSource), IpAddress.parse(outerDestination)), key, SALT);
    }
}
