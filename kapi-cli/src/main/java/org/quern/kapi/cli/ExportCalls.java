package org.quern.kapi.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;

import org.quern.kapi.CallSpec;
import org.quern.kapi.Catalog;
import org.quern.kapi.export.SpecJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kapi json NAME...}. */
@Command(name = "json", description = "Declarations as a JSON document.", mixinStandardHelpOptions = true)
final class ExportCalls implements Callable<Integer> {
    private final PrintWriter out;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "The calls, as in their manual pages.")
    private List<String> names = List.of();

    @Option(names = "--all", description = "Every declared call.")
    private boolean all;

    ExportCalls(PrintWriter out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        if (all == !names.isEmpty()) {
            throw new IllegalArgumentException("give names, or --all, not both");
        }
        List<CallSpec> calls = all ? Catalog.load().calls() : names.stream().map(CallName::find).toList();
        out.print(SpecJson.write(calls));
        out.flush();
        return 0;
    }
}
