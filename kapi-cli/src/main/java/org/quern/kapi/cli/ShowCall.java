package org.quern.kapi.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

import org.quern.kapi.ReferencePage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kapi show NAME}. */
@Command(name = "show", description = "Everything a declaration says.", mixinStandardHelpOptions = true)
final class ShowCall implements Callable<Integer> {
    private final PrintWriter out;

    @Parameters(paramLabel = "NAME", description = "The call, as in its manual page.")
    private String name = "";

    @Option(names = "--markdown", description = "As Markdown, the form of docs/reference.")
    private boolean markdown;

    ShowCall(PrintWriter out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        ReferencePage page = ReferencePage.of(CallName.find(name));
        out.print(markdown ? page.markdown() : page.plain());
        out.flush();
        return 0;
    }
}
