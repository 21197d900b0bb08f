package org.quern.house;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The arrows of the house, read off the compiled classes: {@code kapi <- vmap-arena <- xarray}, {@code kapi <- padata},
 * nothing back, and nothing beside. Descriptors and signatures count as well as instructions.
 */
class ArrowsTest {
    private static final Path ROOT = Path.of(System.getProperty("quern.root"));
    private static final Pattern NAME = Pattern.compile("org/quern/([a-z]+)/[\\w/$]+");

    /** Which package roots each module may mention. */
    private static final Map<String, Set<String>> ALLOWED = Map.of("kapi", Set.of("kapi"), "vmap-arena",
            Set.of("kapi", "vmap"), "xarray", Set.of("kapi", "vmap", "xarray"), "padata", Set.of("kapi", "padata"));

    static final List<String> MODULES = ALLOWED.keySet().stream().sorted().toList();

    @ParameterizedTest
    @FieldSource("MODULES")
    void noArrowPointsBack(String module) throws IOException {
        Path classes = ROOT.resolve(module).resolve("target/classes");
        Set<String> seen = packageRoots(classes);
        assertThat(seen).as("package roots that the classes of " + module + " mention").isNotEmpty();
        assertThat(ALLOWED.get(module)).as("allowed in " + module).containsAll(seen);
    }

    @Test
    void theTestSeesAnArrowThatPointsBack() throws IOException {
        // Seen from xarray's classes, an arrow to vmap is there; the same classes judged by kapi's rule must fail.
        Set<String> seen = packageRoots(ROOT.resolve("xarray/target/classes"));
        assertThat(seen).contains("vmap");
        assertThat(ALLOWED.get("kapi")).doesNotContainAnyElementsOf(Set.of("vmap", "xarray", "padata"));
    }

    private static Set<String> packageRoots(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(f -> f.toString().endsWith(".class") && !f.endsWith("module-info.class"))
                    .flatMap(ArrowsTest::mentioned).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Stream<String> mentioned(Path classFile) {
        try {
            Set<String> roots = new TreeSet<>();
            for (PoolEntry entry : ClassFile.of().parse(classFile).constantPool()) {
                String text = switch (entry) {
                    case ClassEntry c -> c.asInternalName();
                    case Utf8Entry u -> u.stringValue();
                    default -> "";
                };
                Matcher name = NAME.matcher(text);
                while (name.find()) {
                    roots.add(name.group(1));
                }
            }
            return roots.stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
