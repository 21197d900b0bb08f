package org.quern.kapi.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line {@code kapi}. */
@Command(name = "kapi", description = "Declared native calls: what they take, promise and change.", mixinStandardHelpOptions = true, version = "kapi 0.1.0")
public final class Kapi {
    private Kapi() {}

    /**
     * Runs a command.
     *
     * @param arguments the command and its parameters
     */
    public static void main(String[] arguments) {
        System.exit(run(new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8), arguments));
    }

    /** Runs a command, and says with which status the program ends. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine line = new CommandLine(new Kapi());
        line.addSubcommand(new ListCalls(out)).addSubcommand(new ShowCall(out)).addSubcommand(new ExportCalls(out))
                .addSubcommand(new CompareExports(out));
        line.setOut(out).setErr(err);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            err.println("kapi: " + failure.getMessage());
            return CommandLine.ExitCode.USAGE;
        });
        return arguments.length == 0 ? usage(line) : line.execute(arguments);
    }

    private static int usage(CommandLine line) {
        line.usage(line.getErr());
        return CommandLine.ExitCode.USAGE;
    }
}
