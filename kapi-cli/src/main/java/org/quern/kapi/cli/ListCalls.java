package org.quern.kapi.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;

import org.quern.kapi.CallSpec;
import org.quern.kapi.Catalog;
import picocli.CommandLine.Command;

/** {@code kapi list}. */
@Command(name = "list", description = "Every declared call, a line each.", mixinStandardHelpOptions = true)
final class ListCalls implements Callable<Integer> {
    private final PrintWriter out;

    ListCalls(PrintWriter out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        List<CallSpec> calls = Catalog.load().calls();
        int width = calls.stream().mapToInt(call -> call.name().length()).max().orElse(0);
        for (CallSpec call : calls) {
            out.println(call.name() + " ".repeat(width - call.name().length() + 2) + call.summary());
        }
        return 0;
    }
}
