package org.quern.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Catalog;
import org.quern.kapi.ReferencePage;
import org.quern.kapi.export.Contracts;
import org.quern.kapi.export.SpecJson;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The pages under {@code docs/reference} are what the declarations and contracts say today. The build writes them into
 * {@code examples/target/reference}; with {@code -Dquern.reference=write} into {@code docs/reference} itself.
 */
class ReferenceTest {
    private static final Path ROOT = Path.of(System.getProperty("quern.root"));
    private static final Path COMMITTED = ROOT.resolve("docs/reference");
    private static final String COMMAND = "kapi-cli/kapi reference";

    @Test
    void theCommittedReferenceIsFresh() throws IOException {
        Map<String, String> fresh = pages();
        write(ROOT.resolve("examples/target/reference"), fresh);
        if ("write".equals(System.getProperty("quern.reference"))) {
            write(COMMITTED, fresh);
        }
        Map<String, String> committed = read(COMMITTED);
        assertThat(committed.keySet()).as("pages of docs/reference; refresh them with: " + COMMAND)
                .containsExactlyElementsOf(fresh.keySet());
        fresh.forEach((name, text) -> assertThat(committed.get(name))
                .as("docs/reference/" + name + " is stale; refresh it with: " + COMMAND).isEqualTo(text));
    }

    private static Map<String, String> pages() {
        Map<String, String> pages = new TreeMap<>();
        List<CallSpec> calls = Catalog.load().calls();
        calls.forEach(call -> pages.put(call.name() + ".md", ReferencePage.of(call).markdown()));
        pages.put("calls.json", SpecJson.write(calls));
        Map<String, List<Class<?>>> contracts = new TreeMap<>();
        for (ContractsTest.Held held : ContractsTest.HELD) {
            Offered.by(held.module()).types(held.onlyPackage()).stream()
                    .filter(type -> !Contracts.operations(type).isEmpty())
                    .forEach(type -> contracts
                            .computeIfAbsent(type.getPackageName(), ignored -> new java.util.ArrayList<>())
                            .add(type));
        }
        contracts.forEach((name, types) -> pages.put("operations-" + name + ".md", operations(name, types)));
        pages.put("untested.md", untested(calls));
        pages.put("README.md", index(calls, contracts));
        return pages;
    }

    private static String untested(List<CallSpec> calls) {
        List<ReferencePage.Section> sections = calls.stream().map(call -> new ReferencePage.Section(call.name(),
                call.errors().stream().filter(error -> error.recipe().isEmpty())
                        .map(error -> new ReferencePage.Item(error.errno().name(), error.condition(),
                                List.of(error.untested().isEmpty() ? "nobody said why" : error.untested())))
                        .toList()))
                .toList();
        return new ReferencePage("Untested", "Ways to fail that no test provokes, and why.", List.of(), sections)
                .markdown();
    }

    private static String operations(String name, List<Class<?>> types) {
        List<ReferencePage.Section> sections = types.stream().map(
                type -> new ReferencePage.Section(simpleName(type),
                        Contracts.page(type, "").sections().getFirst().items()))
                .toList();
        return new ReferencePage(name, "Public operations and their contracts.", List.of(), sections).markdown();
    }

    private static String simpleName(Class<?> type) {
        return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
    }

    private static String index(List<CallSpec> calls, Map<String, List<Class<?>>> contracts) {
        String listed = calls.stream().map(call -> "- [" + call.name() + "](" + call.name() + ".md): " + call.summary())
                .collect(Collectors.joining("\n"));
        String packages = contracts.keySet().stream().map(name -> "- [" + name + "](operations-" + name + ".md)")
                .collect(Collectors.joining("\n"));
        return "# Reference\n\nGenerated from the declarations and contracts; do not edit. Refresh with `" + COMMAND
                + "`.\n\n## Declared calls\n\n" + listed
                + "\n\nAll of them as one document: [calls.json](calls.json). Ways to fail that no test"
                + " provokes: [untested](untested.md).\n\n"
                + "## Public operations\n\n" + packages + "\n";
    }

    /** Writes the pages, and removes those that are no more. */
    private static void write(Path folder, Map<String, String> pages) throws IOException {
        Files.createDirectories(folder);
        for (String old : read(folder).keySet()) {
            if (!pages.containsKey(old)) {
                Files.delete(folder.resolve(old));
            }
        }
        for (Map.Entry<String, String> page : pages.entrySet()) {
            Files.writeString(folder.resolve(page.getKey()), page.getValue());
        }
    }

    private static Map<String, String> read(Path folder) throws IOException {
        Map<String, String> pages = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    pages.put(file.getFileName().toString(), Files.readString(file));
                }
            }
        }
        return pages;
    }
}
