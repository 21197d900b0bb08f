package org.quern.examples.esp;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads security associations: UTF-8 text, one association a line, seven columns with blanks between them, {@code #} begins a
 * comment.
 *
 * <pre>
 * # spi       source         destination   outer-source  outer-destination  key (16, 24 or 32 bytes)          salt
 * 0x51e50001  127.0.0.1/32   127.0.0.2/32  192.0.2.1     198.51.100.1       000102030405060708090a0b0c0d0e0f  a0a1a2a3
 * </pre>
 *
 * <p>A packet belongs to the first association whose two prefixes contain its addresses. Refused, because they would let a
 * nonce repeat or an SPI be ambiguous: two lines with one SPI, two lines with the same key and salt.
 */
public final class AssociationFile {
    private static final List<String> COLUMNS = List.of("spi", "source", "destination", "outer-source",
            "outer-destination",
            "key", "salt");
    private static final Pattern HEX = Pattern.compile("(0x)?([0-9a-fA-F]*)");
    private static final long MAX_FILE_BYTES = 16 << 20;

    private final Path file;
    private final List<SecurityAssociation> associations = new ArrayList<>();
    private final Map<Integer, Integer> lineOfSpi = new HashMap<>();
    private final Map<String, Integer> lineOfKey = new HashMap<>();
    private int line;

    private AssociationFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @param file where the associations stand
     * @return them in the file's order, at least one
     * @throws AssociationException when a line cannot be used; the message names file, line and column
     * @throws IOException when the file cannot be read
     */
    public static List<SecurityAssociation> read(Path file) throws IOException {
        return new AssociationFile(file).readLines();
    }

    private List<SecurityAssociation> readLines() throws IOException {
        if (Files.isRegularFile(file) && Files.size(file) > MAX_FILE_BYTES) {
            throw new AssociationException(file, "longer than " + MAX_FILE_BYTES + " bytes: no file of associations");
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (MalformedInputException e) {
            AssociationException binary = new AssociationException(file, "not a text file in UTF-8");
            binary.initCause(e);
            throw binary;
        }
        for (String text : lines) {
            line++;
            int comment = text.indexOf('#');
            String content = (comment < 0 ? text : text.substring(0, comment)).strip();
            if (!content.isEmpty()) {
                add(content.split("\\s+"));
            }
        }
        if (associations.isEmpty()) {
            throw new AssociationException(file, "holds no security association");
        }
        return List.copyOf(associations);
    }

    private void add(String[] fields) throws AssociationException {
        if (fields.length < COLUMNS.size()) {
            throw broken(COLUMNS.get(fields.length), "missing: a line has " + String.join(", ", COLUMNS));
        }
        if (fields.length > COLUMNS.size()) {
            throw new AssociationException(file, line, fields.length + " columns: a line has " + COLUMNS.size());
        }
        int spi = spi(fields[0]);
        byte[] key = hex("key", fields[5], 16, 24, 32);
        byte[] salt = hex("salt", fields[6], SecurityAssociation.SALT_BYTES);
        once(lineOfSpi, spi, "SPI");
        once(lineOfKey, HexFormat.of().formatHex(key) + HexFormat.of().formatHex(salt), "key with this salt");
        try {
            OuterHeader outer = new OuterHeader(IpAddress.parse(fields[3]), IpAddress.parse(fields[4]));
            associations.add(new SecurityAssociation(associations.size(), spi, IpPrefix.parse(fields[1]),
                    IpPrefix.parse(fields[2]), outer, key, salt));
        } catch (IllegalArgumentException e) {
            AssociationException named = new AssociationException(file, line, String.valueOf(e.getMessage()));
            named.initCause(e);
            throw named;
        }
    }

    private <K> void once(Map<K, Integer> lines, K key, String what) throws AssociationException {
        Integer before = lines.putIfAbsent(key, line);
        if (before != null) {
            throw new AssociationException(file, line, what + " is already used by line " + before);
        }
    }

    private int spi(String text) throws AssociationException {
        long value;
        try {
            value = Long.decode(text);
        } catch (NumberFormatException e) {
            throw broken("spi", "\"" + text + "\" is no number");
        }
        if (value <= SecurityAssociation.RESERVED_SPI || value > 0xFFFF_FFFFL) {
            throw broken("spi", text + ": must be 0x100..0xffffffff");
        }
        return (int) value;
    }

    /** Bytes in hexadecimal. What was wrong is told without the digits: they may be most of a key. */
    private byte[] hex(String column, String text, int... lengths) throws AssociationException {
        var digits = HEX.matcher(text);
        if (!digits.matches()) {
            throw broken(column, "holds something else than hexadecimal digits");
        }
        String bytes = digits.group(2);
        for (int length : lengths) {
            if (bytes.length() == 2 * length) {
                return HexFormat.of().parseHex(bytes);
            }
        }
        StringBuilder want = new StringBuilder();
        for (int length : lengths) {
            want.append(want.isEmpty() ? "" : " or ").append(2 * length);
        }
        throw broken(column, bytes.length() + " hexadecimal digits: must be " + want);
    }

    private AssociationException broken(String column, String what) {
        return new AssociationException(file, line, column + ": " + what);
    }
}
