package org.quern.examples;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.quern.examples.gateway.GatewayException;

/**
 * The files in {@code examples/data}: where the {@code example} script says they are, or below the working directory.
 */
final class ShippedData {
    /** Names the directory; the {@code example} script sets it. */
    static final String PROPERTY = "org.quern.examples.data";

    /** The capture of loopback traffic. */
    Path capture() throws GatewayException {
        return file("loopback.pcap");
    }

    /** The TEST keys. */
    Path associations() throws GatewayException {
        return file("gateway.sa");
    }

    /** Where the result of a run without arguments goes: the build directory, else the system's temporary one. */
    Path output() throws GatewayException {
        Path build = directory().resolveSibling("target");
        Path parent = Files.isDirectory(build) && Files.isWritable(build)
                ? build
                : Path.of(System.getProperty("java.io.tmpdir"));
        return parent.resolve("loopback.esp.pcap");
    }

    private static Path file(String name) throws GatewayException {
        return directory().resolve(name);
    }

    private static Path directory() throws GatewayException {
        String property = System.getProperty(PROPERTY);
        List<Path> candidates = property != null
                ? List.of(Path.of(property))
                : List.of(Path.of("examples", "data"), Path.of("data"));
        for (Path candidate : candidates) {
            if (Files.isDirectory(candidate)) {
                return candidate;
            }
        }
        throw new GatewayException(
                candidates + ": no shipped data there; -D" + PROPERTY + "=DIRECTORY names another place");
    }
}
