package org.quern.vmap;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import org.assertj.core.api.Assertions;
import org.quern.kapi.linux.Unistd;

/** Runs a main class in a JVM of its own, so that a crash of that JVM is a failed test and not a dead build. */
public final class ForkedJvm {
    public record Outcome(int status, String output) {}

    private ForkedJvm() {}

    static Outcome run(List<String> prefix, List<String> flags, Class<?> main, String... args) throws Exception {
        return await(start(prefix, flags, main, args));
    }

    /** Starts it; its output and errors are one stream. */
    public static Process start(List<String> prefix, List<String> flags, Class<?> main, String... args)
            throws Exception {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Xmx128m");
        command.add("-XX:-CreateCoredumpOnCrash");
        command.add("-XX:ErrorFile=target/hs_err_%p.log");
        command.add("-Dquern.vmap.backend=" + BackEnd.preferred().name().toLowerCase(Locale.ROOT));
        command.addAll(flags);
        command.add("-cp");
        command.add(String.join(":", placeOf(VmapArena.class), placeOf(Unistd.class), placeOf(Assertions.class),
                placeOf(ForkedJvm.class)));
        command.add(main.getName());
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static Outcome await(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return new Outcome(-1, output + "\n(did not end)");
        }
        return new Outcome(process.exitValue(), output);
    }

    private static String placeOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }
}
