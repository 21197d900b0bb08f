package org.quern.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every Java block in the README and under docs/ is a region of a source file that is compiled and run: the line before
 * the block names file and tag, the source marks the region, and the two texts are equal.
 */
class SnippetsTest {
    private static final Path ROOT = Path.of(System.getProperty("quern.root"));
    private static final Pattern BLOCK = Pattern.compile(
            "(?m)^(?:<!-- snippet: (\\S+)#(\\S+) -->\\n)?```java\\n(.*?)^```$",
            Pattern.DOTALL);

    @TestFactory
    Stream<DynamicTest> everyJavaBlockIsTestedSource() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : pages()) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                String file = block.group(1);
                String tag = block.group(2);
                String text = block.group(3);
                tests.add(DynamicTest.dynamicTest(ROOT.relativize(page) + " " + tag, () -> {
                    assertThat(file).as("the snippet line before the block that begins: " + text.lines().findFirst())
                            .isNotNull();
                    assertThat(text).isEqualTo(region(ROOT.resolve(file), tag));
                }));
            }
        }
        assertThat(tests).as("Java blocks in the documentation").isNotEmpty();
        return tests.stream();
    }

    @Test
    void theReadmeShowsTenLinesOfEachModule() throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(ROOT.resolve("README.md")));
        List<String> tags = new ArrayList<>();
        while (block.find()) {
            tags.add(block.group(2));
            assertThat(block.group(3).lines().count()).as(block.group(2)).isBetween(4L, 16L);
        }
        assertThat(tags).contains("readme-kapi", "readme-vmap", "readme-xarray", "readme-padata");
    }

    @Test
    void linksBetweenPagesLeadSomewhere() throws IOException {
        Pattern link = Pattern.compile("\\]\\((?!https?:|#|mailto:)([^)#\\s]+)(?:#[^)]*)?\\)");
        for (Path page : pages()) {
            Matcher target = link.matcher(Files.readString(page));
            while (target.find()) {
                assertThat(page.resolveSibling(target.group(1))).as("link in " + ROOT.relativize(page)).exists();
            }
        }
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md").map(ROOT::resolve),
                    docs.filter(f -> f.toString().endsWith(".md"))).sorted().toList();
        }
    }

    /** The lines between the marks, without the indentation that all of them share. */
    private static String region(Path source, String tag) throws IOException {
        List<String> lines = Files.readAllLines(source);
        int from = indexOf(lines, "// snippet: " + tag, source);
        int to = indexOf(lines, "// end: " + tag, source);
        List<String> inside = lines.subList(from + 1, to);
        int indent = inside.stream().filter(l -> !l.isBlank()).mapToInt(l -> l.length() - l.stripLeading().length())
                .min()
                .orElse(0);
        StringBuilder text = new StringBuilder();
        inside.forEach(l -> text.append(l.isBlank() ? "" : l.substring(indent)).append('\n'));
        return text.toString();
    }

    private static int indexOf(List<String> lines, String mark, Path source) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().equals(mark)) {
                return i;
            }
        }
        throw new AssertionError(source + " has no line '" + mark + "'");
    }
}
