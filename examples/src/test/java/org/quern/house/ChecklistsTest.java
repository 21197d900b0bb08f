package org.quern.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The checklists say the truth about tests: every test that they name is there, with the method where one is named, and no row is done without naming what shows it.
 */
class ChecklistsTest {
    private static final Path ROOT = Path.of(System.getProperty("quern.root"));
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern TEST = Pattern.compile(
            "\\b([A-Z]\\w*(?:Test|Stress|Control|Benchmark|Comparison))(?:[.#]([a-z]\\w*)(\\*|\\.\\.\\.?)?)?");
    private static final Pattern SAME_CLASS = Pattern.compile("^[.#]([a-z]\\w*)(\\*|\\.\\.\\.?)?$");
    private static final Pattern PARENT = Pattern.compile("class \\w+(?:<[^{]*>)? extends (\\w+)");
    private static final Map<String, List<Path>> SOURCES = sources();

    @TestFactory
    Stream<DynamicTest> everyTestThatIsNamedExists() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : checklists()) {
            for (String row : Files.readAllLines(page)) {
                if (row.startsWith("|")) {
                    for (Named named : named(row)) {
                        tests.add(DynamicTest.dynamicTest(ROOT.relativize(page) + ": " + named,
                                () -> requireThere(row, named)));
                    }
                }
            }
        }
        assertThat(tests).as("tests named in checklists").hasSizeGreaterThan(100);
        return tests.stream();
    }

    @Test
    void theTestKnowsWhatIsNotThere() throws IOException {
        assertThat(SOURCES).doesNotContainKey("NeverWrittenTest").containsKey("ChecklistsTest");
        assertThat(has("ChecklistsTest", "theTestKnowsWhatIsNotThere", false)).isTrue();
        assertThat(has("ChecklistsTest", "theTestKnows", true)).isTrue();
        assertThat(has("ChecklistsTest", "theTestKnows", false)).isFalse();
    }

    @TestFactory
    Stream<DynamicTest> aRowThatIsDoneSaysWhatShowsIt() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : checklists()) {
            for (String row : Files.readAllLines(page)) {
                String[] cells = row.split("\\|");
                String state = cells.length < 4 ? "" : cells[cells.length - 1].strip();
                if (row.startsWith("|") && state.startsWith("done")) {
                    String shown = cells[cells.length - 2];
                    tests.add(DynamicTest.dynamicTest(ROOT.relativize(page) + ": " + cells[1].strip(),
                            () -> assertThat(shown).as(row).isNotBlank()));
                }
            }
        }
        return tests.stream();
    }

    /** A test that a row names, perhaps a method of it, or the beginning of its name. */
    private record Named(String type, String method, boolean prefix) {
        @Override
        public String toString() {
            return type + (method.isEmpty() ? "" : "." + method) + (prefix ? "*" : "");
        }
    }

    /** {@code Test.method}, {@code Test.method*}, and after it {@code .method} of the same test. */
    private static List<Named> named(String row) {
        List<Named> all = new ArrayList<>();
        Matcher code = CODE.matcher(row);
        while (code.find()) {
            Matcher same = SAME_CLASS.matcher(code.group(1));
            if (same.find() && !all.isEmpty()) {
                all.add(new Named(all.getLast().type(), same.group(1), same.group(2) != null));
            }
            Matcher test = TEST.matcher(code.group(1));
            while (test.find()) {
                all.add(new Named(test.group(1), test.group(2) == null ? "" : test.group(2), test.group(3) != null));
            }
        }
        return all;
    }

    private static void requireThere(String row, Named named) throws IOException {
        assertThat(SOURCES).as("classes, for the row " + row).containsKey(named.type);
        assertThat(named.method.isEmpty() || has(named.type, named.method, named.prefix))
                .as("there is no " + named + ", for the row " + row).isTrue();
    }

    /** Whether a class of a name, or one that it extends, declares a method. */
    private static boolean has(String type, String method, boolean prefix) throws IOException {
        for (Path source : SOURCES.getOrDefault(type, List.of())) {
            String text = Files.readString(source);
            Matcher parent = PARENT.matcher(text);
            if (Pattern.compile("(?:void|>|\\w) " + method + (prefix ? "\\w*\\(" : "\\(")).matcher(text).find()
                    || (parent.find() && has(parent.group(1), method, prefix))) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> checklists() throws IOException {
        try (Stream<Path> pages = Files.list(ROOT.resolve("docs/checklists"))) {
            return pages.sorted().toList();
        }
    }

    private static Map<String, List<Path>> sources() {
        Map<String, List<Path>> byName = new HashMap<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path sources : modules.map(module -> module.resolve("src")).filter(Files::isDirectory).toList()) {
                try (Stream<Path> files = Files.walk(sources)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(
                            file -> byName.computeIfAbsent(file.getFileName().toString().replace(".java", ""),
                                    name -> new ArrayList<>()).add(file));
                }
            }
            return byName;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
