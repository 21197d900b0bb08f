package org.quern.vmap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BackEndTest {
    private static final Path ROOT = Path.of(System.getProperty("quern.root"));
    private static final String PROPERTY = "quern.vmap.backend";

    @ParameterizedTest
    @EnumSource
    void arenasAndPoolsRunOnTheBackEndAskedFor(BackEnd backEnd) {
        assertThat(backEnd.availability().isPresent()).as(backEnd.availability().reason()).isTrue();
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1 << 24).on(backEnd));
                BlockPool pool = BlockPool.open(backEnd, "pool", 64, 1 << 20)) {
            assertThat(arena.backEnd()).isEqualTo(backEnd);
            assertThat(arena.blockPool(64).backEnd()).isEqualTo(backEnd);
            assertThat(pool.backEnd()).isEqualTo(backEnd);
            PageRange range = arena.allocatePages(4);
            MemorySegment segment = arena.segment(range);
            segment.fill((byte) 1);
            arena.decommit(range);
            assertThat(segment.mismatch(MemorySegment.ofArray(new byte[(int) range.bytes()]))).isEqualTo(-1);
            segment.set(ValueLayout.JAVA_LONG, 8, 42);
            assertThat(segment.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(42);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptedThreadMayOpenArenas(BackEnd backEnd) {
        for (int i = 0; i < 3; i++) {
            Thread.currentThread().interrupt();
            try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1 << 24).on(backEnd))) {
                assertThat(Thread.interrupted()).isTrue();
                arena.allocate(8, 8).set(ValueLayout.JAVA_LONG, 0, 1);
            }
        }
    }

    @Test
    void thePropertyChooses() {
        String before = System.getProperty(PROPERTY);
        try {
            System.setProperty(PROPERTY, "portable");
            assertThat(BackEnd.preferred()).isEqualTo(BackEnd.PORTABLE);
            System.setProperty(PROPERTY, "linux");
            assertThat(BackEnd.preferred()).isEqualTo(BackEnd.LINUX);
            System.setProperty(PROPERTY, "windows");
            assertThatThrownBy(BackEnd::preferred).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(PROPERTY + "=windows");
            System.clearProperty(PROPERTY);
            assertThat(BackEnd.preferred()).isEqualTo(BackEnd.LINUX);
        } finally {
            if (before == null) {
                System.clearProperty(PROPERTY);
            } else {
                System.setProperty(PROPERTY, before);
            }
        }
    }

    @Test
    void linuxCanDoEverything() {
        assertThat(BackEnd.LINUX.capabilities()).as("without what depends on the kernel").contains(
                Capability.OVERSIZE, Capability.DISCARD, Capability.RESIDENCE, Capability.GUARDS,
                Capability.LOCKED_PAGES);
        assertThat(BackEnd.PORTABLE.capabilities()).isSubsetOf(Capability.DISCARD);
    }

    /** Every test that a capability selects stands in the table of the guide, and nothing else does. */
    @Test
    void theTestsThatAreSelectedByCapabilityAreListed() throws IOException {
        Set<String> listed = new TreeSet<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs/back-ends.md"))) {
            if (line.matches("\\| `\\w+Test\\.\\w+` \\|.*")) {
                listed.add(line.replaceAll("^\\| `([^`]+)` \\| ([A-Z_, ]+) \\|.*", "$1 $2"));
            }
        }
        assertThat(selected()).as("tests with @Needs").isEqualTo(listed);
    }

    private static Set<String> selected() throws IOException {
        Path classes = ROOT.resolve("vmap-arena/target/test-classes");
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith("Test.class")).toList()) {
                String name = classes.relativize(file).toString().replace('/', '.').replaceAll("\\.class$", "");
                for (Method method : load(name).getDeclaredMethods()) {
                    Needs needs = method.getAnnotation(Needs.class);
                    if (needs != null) {
                        String wanted = Arrays.toString(needs.value()).replaceAll("[\\[\\]]", "");
                        found.add(method.getDeclaringClass().getSimpleName() + "." + method.getName() + " " + wanted);
                    }
                }
            }
        }
        return found;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, BackEndTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new UncheckedIOException(new IOException(name, e));
        }
    }
}
