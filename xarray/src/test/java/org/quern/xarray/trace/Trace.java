package org.quern.xarray.trace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * A recorded sequence of operations with the results they gave.
 *
 * @param name the file
 * @param lines its operations and the entries of its dumps, in order
 */
public record Trace(String name, List<TraceLine> lines) {
    private static final String SUFFIX = ".trace";

    /** All traces of a folder, by name; plain or compressed. */
    public static List<Trace> folder(Path folder) throws IOException {
        List<Trace> traces = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(SUFFIX) || name.endsWith(SUFFIX + ".gz")) {
                    traces.add(read(name, file));
                }
            }
        }
        if (traces.isEmpty()) {
            throw new IllegalStateException("no traces in " + folder.toAbsolutePath());
        }
        return traces;
    }

    private static Trace read(String name, Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file);
                InputStream plain = name.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
                BufferedReader text = new BufferedReader(new InputStreamReader(plain, StandardCharsets.US_ASCII))) {
            return parse(name, text.lines().toList());
        }
    }

    public static Trace parse(String name, List<String> text) {
        List<TraceLine> lines = new ArrayList<>();
        for (int i = 0; i < text.size(); i++) {
            TraceLine line = TraceLine.parse(i + 1, text.get(i));
            if (line != null) {
                lines.add(line);
            }
        }
        return new Trace(name, lines);
    }

    @Override
    public String toString() {
        return name;
    }
}
