package org.quern.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;

import picocli.CommandLine;

/**
 * One run of the command, in this process.
 *
 * @param status exit status
 * @param out standard output
 * @param err standard error
 */
record Run(int status, String out, List<String> err) {
    static final Path CAPTURE = Path.of("data", "loopback.pcap").toAbsolutePath();
    static final Path KEYS = Path.of("data", "gateway.sa").toAbsolutePath();

    static Run of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = EspGateway.commandLine().setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        String[] words = List.of(arguments).stream().map(String::valueOf).toArray(String[]::new);
        int status = line.execute(words);
        return new Run(status, out.toString(), err.toString().lines().toList());
    }
}
