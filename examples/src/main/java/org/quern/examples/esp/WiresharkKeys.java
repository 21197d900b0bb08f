package org.quern.examples.esp;

import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Associations in the form Wireshark and tshark take them: lines of the table {@code esp_sa}, to be put into the file {@code
 * esp_sa} of a profile or given as {@code -o 'uat:esp_sa:LINE'} with {@code -o esp.enable_encryption_decode:TRUE}.
 */
public final class WiresharkKeys {
    private WiresharkKeys() {}

    /**
     * One line of the table for each association.
     *
     * @param associations keys to reveal
     * @return lines, each ended by a line feed
     */
    public static String lines(List<SecurityAssociation> associations) {
        return associations.stream().map(WiresharkKeys::line).collect(Collectors.joining("\n", "", "\n"));
    }

    /**
     * The line for one association.
     *
     * @param association its key is in the line
     * @return a line without its end
     */
    public static String line(SecurityAssociation association) {
        OuterHeader outer = association.outer();
        return String.format(Locale.ROOT,
                "\"IPv%d\",\"%s\",\"%s\",\"0x%08x\",\"AES-GCM with 16 octet ICV [RFC4106]\",\"0x%s%s\",\"NULL\",\"\"",
                outer.version(),
                outer.source(), outer.destination(), association.spi(),
                HexFormat.of().formatHex(association.keyBytes()),
                HexFormat.of().formatHex(association.salt()));
    }
}
