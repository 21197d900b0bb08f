package org.quern.kapi.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class KapiTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    private int run(String... arguments) {
        return Kapi.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    @Test
    void listPrintsEveryCallOnOneLine() {
        assertThat(run("list")).isZero();
        assertThat(out.toString()).contains("mlock ").contains("Make a range of pages resident");
        assertThat(out.toString().lines()).hasSizeGreaterThan(10).doesNotContain("");
    }

    @Test
    void showPrintsThePage() {
        assertThat(run("show", "mlock")).isZero();
        assertThat(out.toString()).startsWith("mlock - ").contains("CAP_IPC_LOCK");
        out.getBuffer().setLength(0);
        assertThat(run("show", "mlock", "--markdown")).isZero();
        assertThat(out.toString()).startsWith("# mlock\n");
    }

    @Test
    void anExportDiffersFromAChangedOneOnly() throws IOException {
        assertThat(run("json", "mlock", "munmap")).isZero();
        Path old = Files.writeString(folder.resolve("old.json"), out.toString());
        Path changed = Files.writeString(folder.resolve("new.json"),
                out.toString().replace("\"errno\": \"EAGAIN\"", "\"errno\": \"EBUSY\""));
        out.getBuffer().setLength(0);
        assertThat(run("diff", old.toString(), old.toString())).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(run("diff", old.toString(), changed.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("mlock.errors.EAGAIN", "removed", "mlock.errors.EBUSY", "added");
    }

    @Test
    void everythingCanBeExported() {
        assertThat(run("json", "--all")).isZero();
        assertThat(out.toString()).contains("\"name\": \"mmap\"", "\"name\": \"sched_setaffinity\"");
    }

    @ParameterizedTest
    @CsvSource({"show mlok, did you mean mlock or mlock2?", "show zebra, 'kapi list' prints all", "json, give names",
            "json --all mlock, not both", "diff no.json such.json, no.json: no such file", "show, NAME",
            "fly, fly"})
    void mistakesAreExplainedWithStatus2(String line, String message) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void aFileThatIsNoExportIsRefusedByName() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.json"), "{\n  \"schema\": 1,\n}");
        assertThat(run("diff", file.toString(), file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("bad.json: json line 3");
    }

    @Test
    void withoutACommandItSaysHowToUseIt() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("list", "show", "json", "diff");
    }
}
