package org.quern.kapi.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import org.quern.kapi.CallSpec;
import org.quern.kapi.export.Change;
import org.quern.kapi.export.SpecDiff;
import org.quern.kapi.export.SpecJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code kapi diff OLD NEW}. */
@Command(name = "diff", description = "What changed between two exports; status 1 if something did.", mixinStandardHelpOptions = true)
final class CompareExports implements Callable<Integer> {
    private final PrintWriter out;

    @Parameters(index = "0", paramLabel = "OLD", description = "The older export, a file that 'kapi json' wrote.")
    private Path before = Path.of("");

    @Parameters(index = "1", paramLabel = "NEW", description = "The newer export.")
    private Path after = Path.of("");

    CompareExports(PrintWriter out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        List<Change> changes = SpecDiff.between(read(before), read(after));
        changes.forEach(out::println);
        return changes.isEmpty() ? 0 : 1;
    }

    private static List<CallSpec> read(Path file) throws IOException {
        try {
            return SpecJson.read(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }
}
