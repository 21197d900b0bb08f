package org.quern.padata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A writer that comes while an earlier write is being taken. */
class ControlFileTest {
    @TempDir
    Path temp;
    private final List<String> stored = new ArrayList<>();
    private String shown = "0\n";
    /** Runs once, in the moment the file is asked what it should show. */
    private Runnable meanwhile = () -> {};

    private ControlFile open() throws IOException {
        ControlFile file = new ControlFile(path(), this::asked, this::store);
        file.show();
        return file;
    }

    private Path path() {
        return temp.resolve("mask");
    }

    private String asked() {
        Runnable now = meanwhile;
        meanwhile = () -> {};
        now.run();
        return shown;
    }

    private void store(String text) {
        stored.add(text);
        if (text.startsWith("x")) {
            throw new IllegalArgumentException(text);
        }
        shown = text.toLowerCase(java.util.Locale.ROOT);
    }

    private void echo(String text) {
        try {
            Files.writeString(path(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void writeThatComesBeforeTheRewritingShouldBeTaken() throws IOException {
        ControlFile file = open();
        echo("FF\n");
        meanwhile = () -> meanwhile = () -> echo("xyz\n"); // while the form to rewrite it in is being asked
        assertThat(file.look()).isEqualTo("mask: EINVAL: xyz\n\n");
        assertThat(stored).containsExactly("FF\n", "xyz\n");
        assertThat(path()).hasContent("ff");
    }

    @Test
    void textInTheFormThatIsShownShouldNotBeRewritten() throws IOException {
        ControlFile file = open();
        echo("f\n");
        Files.setLastModifiedTime(path(), java.nio.file.attribute.FileTime.fromMillis(0));
        assertThat(file.look()).isEmpty();
        assertThat(file.look()).isNull();
        assertThat(Files.getLastModifiedTime(path()).toMillis()).isZero();
        assertThat(stored).containsExactly("f\n");
    }
}
