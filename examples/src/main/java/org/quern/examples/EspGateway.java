package org.quern.examples;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.quern.examples.esp.AssociationFile;
import org.quern.examples.esp.SecurityAssociation;
import org.quern.examples.esp.WiresharkKeys;
import org.quern.examples.gateway.Gateway;
import org.quern.examples.gateway.GatewayException;
import org.quern.examples.gateway.GatewayOptions;
import org.quern.examples.report.GatewayReport;
import org.quern.examples.report.ProgressBar;
import org.quern.examples.traffic.CaptureSource;
import org.quern.examples.traffic.PacketSource;
import org.quern.examples.traffic.SyntheticTraffic;
import org.quern.padata.Backpressure;
import org.quern.padata.CpuMask;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The ordered ESP gateway on the command line. The summary goes to standard output; an error is one line on standard error and
 * exit status 2, and then there is no output file. Exit status 1: decryption met packets that are not authentic.
 */
@Command(name = "EspGateway", sortOptions = false, usageHelpAutoWidth = true, description = {
        "Encrypts a packet capture with ESP (RFC 4303, AES-GCM), in parallel and in order.",
        "Without arguments: the shipped capture of loopback traffic, with the shipped TEST keys."})
public final class EspGateway implements Callable<Integer> {
    /** Property for developers: {@code true} shows the stack trace of an error, too. */
    static final String TRACE = "org.quern.examples.trace";
    /** Status of a run that failed: bad input, bad options, unwritable output. */
    static final int EXIT_ERROR = 2;
    /** Status of a decryption that met packets which are not authentic. */
    static final int EXIT_NOT_AUTHENTIC = 1;

    @Parameters(index = "0", arity = "0..1", paramLabel = "INPUT", description = "capture to read, pcap or pcapng")
    @Nullable
    Path input;

    @Option(names = {"-o",
            "--output"}, paramLabel = "FILE", description = "capture to write; .pcap or .pcapng decides the format")
    @Nullable
    Path output;

    @Option(names = "--sa", paramLabel = "FILE", description = "security associations; see docs/esp-gateway.md")
    @Nullable
    Path associationFile;

    @Option(names = "--decrypt", description = "out of the tunnel instead of into it")
    boolean decrypt;

    @Option(names = "--parallel-cpus", paramLabel = "LIST|MASK", description = "CPUs to encrypt on, one bound worker each: 0,2-3 or 0xd (default: all, not bound)")
    @Nullable
    String parallelCpus;

    @Option(names = "--workers", paramLabel = "N", description = "parallel workers, also more than CPUs (default: one a CPU)")
    @Nullable
    Integer workers;

    @Option(names = "--serial-cpu", paramLabel = "CPU", description = "CPU to deliver on (default: wherever the next packet was completed)")
    @Nullable
    Integer serialCpu;

    @Option(names = "--when-full", paramLabel = "help|wait", description = "what the reading thread does while the ring is full: encrypt too, or wait "
            + "(default: help; with --parallel-cpus wait)")
    @Nullable
    String whenFull;

    @Option(names = "--ring", paramLabel = "N", defaultValue = ""
            + GatewayOptions.DEFAULT_RING, description = "packets under way at most (default: ${DEFAULT-VALUE})")
    int ring;

    @Option(names = "--repeat", paramLabel = "N", description = "read the capture N times")
    @Nullable
    Integer repeat;

    @Option(names = "--synthetic", paramLabel = "N", description = "N generated packets, sizes in an IMIX mix, instead of a capture")
    @Nullable
    Long synthetic;

    @Option(names = "--verify", description = "decrypt samples again at the end of the line and compare them")
    boolean verify;

    @Option(names = "--count-heap", description = "count what javax.crypto allocates, call by call, to tell it from the gateway's own")
    boolean countHeap;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "show this text, and end")
    boolean help;

    @Option(names = "--wireshark-keys", description = "print the associations as lines of Wireshark's table esp_sa, and end")
    boolean wiresharkKeys;

    @Spec
    @Nullable
    CommandSpec spec;

    /** The command with its defaults. */
    public EspGateway() {}

    /**
     * Runs the command and ends the process.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command with errors told in one line. */
    static CommandLine commandLine() {
        return new CommandLine(new EspGateway())
                .setParameterExceptionHandler(EspGateway::wrongOptions)
                .setExecutionExceptionHandler(EspGateway::failedRun);
    }

    private static int wrongOptions(CommandLine.ParameterException e, String[] arguments) {
        return complain(e.getCommandLine(), e.getMessage());
    }

    private static int failedRun(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        if (Boolean.getBoolean(TRACE)) {
            e.printStackTrace(line.getErr());
        }
        return complain(line, OneLine.of(e));
    }

    private static int complain(CommandLine line, @Nullable String what) {
        line.getErr().println("EspGateway: " + OneLine.of(String.valueOf(what)));
        line.getErr().flush();
        return EXIT_ERROR;
    }

    @Override
    public Integer call() throws IOException {
        ShippedData shipped = new ShippedData();
        List<SecurityAssociation> associations = AssociationFile.read(associationFile(shipped));
        if (wiresharkKeys) {
            out().print(WiresharkKeys.lines(associations));
            out().flush();
            return 0;
        }
        try (PacketSource source = source(shipped, associations);
                Gateway gateway = new Gateway(options(associations, outputFile(shipped)), source)) {
            GatewayReport report = gateway.run(EspGateway::progressBar);
            report.lines().forEach(out()::println);
            out().flush();
            return report.tally().securityFailures() > 0 ? EXIT_NOT_AUTHENTIC : 0;
        }
    }

    private Path associationFile(ShippedData shipped) throws GatewayException {
        if (associationFile != null) {
            return associationFile;
        }
        if (input != null) {
            throw new GatewayException(
                    "--sa=FILE is missing: a capture of your own wants keys of your own; test keys are in "
                            + shipped.associations());
        }
        return shipped.associations();
    }

    private PacketSource source(ShippedData shipped, List<SecurityAssociation> associations) throws IOException {
        if (synthetic != null) {
            return synthetic(synthetic, associations);
        }
        if (decrypt && input == null) {
            throw new GatewayException("--decrypt needs an INPUT");
        }
        int passes = repeat == null ? 1 : repeat;
        if (passes < 1) {
            throw new GatewayException("--repeat=" + passes + ": must be at least 1");
        }
        return new CaptureSource(input != null ? input : shipped.capture(), passes);
    }

    private PacketSource synthetic(long packets, List<SecurityAssociation> associations) throws GatewayException {
        if (input != null || decrypt || repeat != null) {
            throw new GatewayException("--synthetic cannot be combined with INPUT, --decrypt or --repeat");
        }
        if (packets < 1) {
            throw new GatewayException("--synthetic=" + packets + ": must be at least 1");
        }
        try {
            return new SyntheticTraffic(packets, associations);
        } catch (IllegalArgumentException e) {
            throw new GatewayException("--synthetic: " + e.getMessage(), e);
        }
    }

    /** Where to write, or null: long runs are for figures and write only when told to. */
    private @Nullable Path outputFile(ShippedData shipped) throws IOException {
        if (output != null) {
            if (input != null && Files.exists(output) && Files.exists(input) && Files.isSameFile(output, input)) {
                throw new GatewayException(output + ": cannot be written: it is the input");
            }
            return output;
        }
        if (synthetic != null || repeat != null) {
            return null;
        }
        if (input != null) {
            throw new GatewayException("--output=FILE is missing");
        }
        return shipped.output();
    }

    private GatewayOptions options(List<SecurityAssociation> associations, @Nullable Path file)
            throws GatewayException {
        CpuMask cpus = parallelCpus == null ? null : CpuOption.parse("--parallel-cpus", parallelCpus);
        if (serialCpu != null) {
            CpuOption.checkAvailable("--serial-cpu", serialCpu);
        }
        if (workers != null && (workers < 1 || workers > 1024)) {
            throw new GatewayException("--workers=" + workers + ": must be 1..1024");
        }
        if (ring < 2 || ring > 1 << 16) {
            throw new GatewayException("--ring=" + ring + ": must be 2..65536");
        }
        return new GatewayOptions(associations, decrypt, file, cpus, workers == null ? 0 : workers, serialCpu,
                backpressure(cpus), ring, verify, countHeap);
    }

    private Backpressure backpressure(@Nullable CpuMask cpus) throws GatewayException {
        String choice = whenFull == null ? cpus == null ? "help" : "wait" : whenFull;
        return switch (choice) {
            case "help" -> Backpressure.CALLER_RUNS;
            case "wait" -> Backpressure.BLOCK;
            default -> throw new GatewayException("--when-full=" + choice + ": must be help or wait");
        };
    }

    private PrintWriter out() {
        CommandSpec command = spec;
        return command == null
                ? new PrintWriter(System.out, true, System.out.charset())
                : command.commandLine().getOut();
    }

    /** A bar on the terminal; none when standard input or output is none. */
    @SuppressWarnings("SystemConsoleNull") // from JDK 25 on it is null again where there is no terminal
    private static @Nullable ProgressBar progressBar(LongSupplier done, long total, LongSupplier packets) {
        PrintStream terminal = System.err;
        Console console = System.console();
        return console != null && console.isTerminal() ? ProgressBar.show(terminal, done, total, packets) : null;
    }
}
