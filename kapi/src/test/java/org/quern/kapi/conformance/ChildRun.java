package org.quern.kapi.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.NullMarked;
import org.quern.kapi.CallSpec;

/** Follows recipes in child JVMs, as this user or as nobody, and collects the answers. Survives their death and their silence. */
final class ChildRun {
    private static final long SILENCE_SECONDS = 20;
    private static final String NOBODY = "65534";
    private static final String DEAD = "";

    /** What came of a recipe: the answer in band, or why there is none. */
    record Outcome(String kind, String text) {
        boolean isAnswer() {
            return kind.equals("answer");
        }

        long answer() {
            return Long.parseLong(text);
        }
    }

    final Map<String, Outcome> outcomes = new LinkedHashMap<>();
    final Map<String, Long> gaps = new TreeMap<>();
    private final boolean asNobody;

    ChildRun(boolean asNobody) {
        this.asNobody = asNobody;
    }

    /** Whether a child starts at all: setpriv may be missing, or nobody may not read the classes. */
    static boolean starts(boolean asNobody) throws Exception {
        try {
            Process child = new ChildRun(asNobody).start(List.of(), List.of());
            boolean ended = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .contains("end\tall");
            child.destroyForcibly();
            return ended;
        } catch (IOException e) {
            return false;
        }
    }

    /** Follows the recipes, the dangerous ones once, in a JVM that has all it needs from the start. */
    static ChildRun of(List<Recipe> recipes, boolean asNobody) throws Exception {
        ChildRun run = new ChildRun(asNobody);
        run.follow(recipes.stream().filter(r -> !r.isDangerous()).map(Recipe::name).toList(),
                List.of("-XX:TieredStopAtLevel=1"));
        run.follow(recipes.stream().filter(r -> r.isDangerous() && !asNobody).map(Recipe::name).toList(),
                List.of("-XX:TieredStopAtLevel=1", "-Xms64m", "-XX:+AlwaysPreTouch", "-XX:InitialCodeCacheSize=16m",
                        "-XX:ReservedCodeCacheSize=16m"));
        return run;
    }

    private void follow(List<String> names, List<String> flags) throws Exception {
        Set<String> rest = new LinkedHashSet<>(names);
        while (!rest.isEmpty()) {
            rest.removeAll(followUntilDeath(List.copyOf(rest), flags));
        }
    }

    /** The recipes that are done with: the child may have died, or been stopped, before the others. */
    private Set<String> followUntilDeath(List<String> names, List<String> flags) throws Exception {
        Process child = start(names, flags);
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread reader = Thread.ofPlatform().daemon().start(() -> read(child, lines));
        Set<String> done = new LinkedHashSet<>();
        StringBuilder noise = new StringBuilder();
        String current = DEAD;
        while (true) {
            String line = lines.poll(SILENCE_SECONDS, TimeUnit.SECONDS);
            if (line == null || line.equals(DEAD)) {
                child.destroyForcibly().waitFor();
                reader.join();
                String how = line == null
                        ? "was silent for " + SILENCE_SECONDS + " s"
                        : "died, exit " + child.exitValue();
                String lost = current.isEmpty() ? names.getFirst() : current;
                outcomes.put(lost, new Outcome("broken", "the child JVM " + how + " " + noise));
                done.add(lost);
                return done;
            }
            String[] words = line.split("\t", 3);
            switch (words[0]) {
                case "begin" -> current = words[1];
                case "answer", "skip", "broken" -> {
                    outcomes.put(words[1], new Outcome(words[0], words[2]));
                    done.add(words[1]);
                }
                case "gap" -> gaps.merge(words[1], Long.parseLong(words[2]), Long::sum);
                case "end" -> {
                    child.waitFor(SILENCE_SECONDS, TimeUnit.SECONDS);
                    child.destroyForcibly();
                    return done;
                }
                default -> noise.append(line).append(' ');
            }
        }
    }

    private static void read(Process child, BlockingQueue<String> lines) {
        try (var in = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            in.lines().forEach(lines::add);
        } catch (IOException | java.io.UncheckedIOException e) {
            lines.add("reading failed: " + e);
        }
        lines.add(DEAD);
    }

    private Process start(List<String> names, List<String> flags) throws Exception {
        List<String> command = new ArrayList<>();
        if (asNobody && isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash",
                "-XX:+UnlockDiagnosticVMOptions", "-XX:ErrorFile=/dev/null", "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(), ConformanceChild.class.getName()));
        command.addAll(names);
        return new ProcessBuilder(command).redirectErrorStream(true).directory(new java.io.File("/tmp")).start();
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Where the classes of kapi, of its tests, and of the annotations on them are. */
    private static String classPath() throws URISyntaxException {
        return String.join(":", home(CallSpec.class), home(ConformanceChild.class), home(NullMarked.class));
    }

    private static String home(Class<?> type) throws URISyntaxException {
        String name = "/" + type.getName().replace('.', '/') + ".class";
        String url = type.getResource(name).toString();
        String root = url.substring(0, url.length() - name.length());
        return root.replaceFirst("^jar:file:", "").replaceFirst("^file:", "").replaceFirst("!$", "");
    }
}
