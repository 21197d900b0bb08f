package org.quern.padata;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import javax.management.Attribute;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Section 2.5 through files, written by a shell's echo and shown by its cat, and through a management bean. */
@Timeout(60)
class ControlFilesTest {
    @TempDir
    Path temp;
    private Path directory;
    private SimulatedCpus cpus;
    private Padata padata;
    private ControlFiles files;

    @BeforeEach
    void open() throws IOException {
        cpus = new SimulatedCpus(CpuMask.of(0, 1, 2, 3));
        padata = Padata.open(PadataOptions.defaults().named("controlled").cpuSource(cpus)
                .parallelCpus(CpuMask.of(0, 1)).serialCpus(CpuMask.of(2, 3)));
        directory = temp.resolve("controlled");
        files = ControlFiles.open(padata, directory);
    }

    @AfterEach
    void close() {
        ShellChecker.closeAndCheck(padata);
        assertThat(directory).as("vanishes with the instance").doesNotExist();
    }

    private String cat(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    private static void shell(String command) throws Exception {
        assertThat(new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor()).isZero();
    }

    private void echo(String text, String name) throws Exception {
        shell("echo '" + text + "' > " + directory.resolve(name));
    }

    /** Waits for a file to show a text, and, since the writer's own text may be what it shows, for the mask to be that. */
    private void awaitText(String name, String text) throws IOException {
        long start = System.nanoTime();
        while (!shows(name, text) && System.nanoTime() - start < 20_000_000_000L) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(cat(name)).as(name).isEqualTo(text);
        assertThat(shows(name, text)).as("mask of " + name).isTrue();
    }

    private boolean shows(String name, String text) throws IOException {
        return cat(name).equals(text) && Arrays.stream(MaskKind.values())
                .noneMatch(kind -> kind.fileName().equals(name) && !padata.maskText(kind).equals(text));
    }

    @Test
    void echoShouldSetAndCatShouldShow() throws Exception {
        assertThat(files.directory()).isEqualTo(directory);
        assertThat(cat("parallel_cpumask")).isEqualTo("3\n");
        assertThat(cat("serial_cpumask")).isEqualTo("c\n");
        assertThat(cat("name")).isEqualTo("controlled\n");
        echo("0000000F", "parallel_cpumask");
        awaitText("parallel_cpumask", "f\n");
        assertThat(padata.userMask(MaskKind.PARALLEL)).isEqualTo(CpuMask.of(0, 1, 2, 3));
        padata.setMask(MaskKind.SERIAL, CpuMask.of(0));
        assertThat(cat("serial_cpumask")).as("follows at once what was set in another way").isEqualTo("1\n");
        assertThat(padata.userMask(MaskKind.SERIAL)).isEqualTo(CpuMask.of(0));
        Files.delete(directory.resolve("serial_cpumask"));
        long start = System.nanoTime();
        while (!Files.exists(directory.resolve("serial_cpumask")) && System.nanoTime() - start < 20_000_000_000L) {
            LockSupport.parkNanos(1_000_000);
        }
        awaitText("serial_cpumask", "1\n");
    }

    /** A write that comes while the one before takes effect is reported after it, not before: its refusal stays in the file. */
    @Test
    void aWriteDuringTheOneBeforeIsReportedAfterIt() throws Exception {
        Path other = temp.resolve("other");
        Path mask = other.resolve("parallel_cpumask");
        try (Padata instance = Padata.open(PadataOptions.defaults().named("other").cpuSource(cpus)
                .parallelCpus(CpuMask.of(0, 1)).serialCpus(CpuMask.of(2, 3)))) {
            AtomicInteger changes = new AtomicInteger();
            instance.instance().attachments().add(new Attachment() {
                @Override
                public void maskChanged(MaskKind kind) {
                    if (changes.getAndIncrement() == 0) {
                        try {
                            Files.writeString(mask, "xyz\n"); // before the files hear of the change
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                }

                @Override
                public void detach() {}
            }, "other");
            ControlFiles both = ControlFiles.open(instance, other);
            Files.writeString(mask, "f\n");
            long start = System.nanoTime();
            while ((changes.get() == 0 || !Files.readString(mask).equals("f\n"))
                    && System.nanoTime() - start < 20_000_000_000L) {
                LockSupport.parkNanos(1_000_000);
            }
            synchronized (both) { // until the look that found it has ended
                assertThat(Files.readString(other.resolve("error"))).startsWith("parallel_cpumask: EINVAL: 'x'");
                assertThat(Files.readString(mask)).isEqualTo("f\n");
            }
        }
    }

    @Test
    void refusedWritesShouldChangeNothingAndSayWhy() throws Exception {
        echo("1", "serial_cpumask");
        awaitText("serial_cpumask", "1\n");
        String[][] wrong = {{"xyz", "EINVAL"}, {"123456789", "EOVERFLOW"}, {"10", "EOVERFLOW"}, {"1,0", "EOVERFLOW"}};
        for (String[] one : wrong) {
            echo(one[0], "parallel_cpumask");
            awaitText("parallel_cpumask", "3\n");
            long start = System.nanoTime();
            while (!cat("error").startsWith("parallel_cpumask: " + one[1])
                    && System.nanoTime() - start < 20_000_000_000L) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(cat("error")).as(one[0]).startsWith("parallel_cpumask: " + one[1]).endsWith("\n");
            assertThat(padata.userMask(MaskKind.PARALLEL)).isEqualTo(CpuMask.of(0, 1));
        }
        echo("2", "parallel_cpumask");
        awaitText("error", "");
        assertThat(padata.userMask(MaskKind.PARALLEL)).isEqualTo(CpuMask.of(1));
    }

    /** An empty line is the empty mask, as in the original; a file that is only truncated is not a write. */
    @Test
    void emptyLineShouldStopTheInstance() throws Exception {
        shell(": > " + directory.resolve("serial_cpumask"));
        echo("1", "parallel_cpumask");
        awaitText("parallel_cpumask", "1\n");
        assertThat(padata.state()).isEqualTo(State.RUNNING);
        echo("", "serial_cpumask");
        awaitText("serial_cpumask", "0\n");
        assertThat(padata.state()).isEqualTo(State.INVALID);
        echo("4", "serial_cpumask");
        awaitText("serial_cpumask", "4\n");
        assertThat(padata.state()).isEqualTo(State.RUNNING);
    }

    @Test
    void h18_readOnlyAttributesShouldRejectWrites() throws Exception {
        Files.deleteIfExists(directory.resolve("name")); // its owner may, though not write it
        Files.writeString(directory.resolve("name"), "another\n");
        awaitText("error", "name: EACCES: read-only\n");
        awaitText("name", "controlled\n");
        try (Padata inline = Padata.open(PadataOptions.defaults().named("inline").cpuSource(cpus))) {
            Path path = temp.resolve("inline");
            ControlFiles ofInline = ControlFiles.open(inline, path);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.resolve("serial_cpumask"))))
                    .isEqualTo("r--r--r--");
            ofInline.close();
            ofInline.close();
            assertThat(path).doesNotExist();
        }
    }

    @Test
    void directoryShouldBelongToOneInstance() throws Exception {
        try (Padata other = Padata.open(PadataOptions.defaults().named("other").cpuSource(cpus))) {
            assertThatThrownBy(() -> ControlFiles.open(other, directory)).isInstanceOf(FileSystemException.class)
                    .hasMessageContaining("in use by another instance");
            other.close(java.time.Duration.ofSeconds(10));
            assertThatThrownBy(() -> ControlFiles.open(other, temp.resolve("late")))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("CLOSED");
            assertThat(temp.resolve("late")).doesNotExist();
        }
        assertThat(cat("parallel_cpumask")).isEqualTo("3\n");
    }

    /** H6: masks set by calls, CPUs that come and go, and writes to the files, while jobs run in order. */
    @Test
    void h6_writesCallsAndHotplugAtOnceShouldNeitherHangNorReorder() throws Exception {
        OrderChecker checker = new OrderChecker();
        Shell shell = padata.newShell();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        AtomicInteger rounds = new AtomicInteger();
        Thread[] changers = {
                changer(failed, i -> padata.setMask(MaskKind.PARALLEL, CpuMask.of(i % 4, (i + 1) % 4))),
                changer(failed, i -> {
                    cpus.takeOffline(i % 4);
                    cpus.bringOnline(i % 4);
                }), changer(failed, i -> {
                    Files.writeString(directory.resolve("serial_cpumask"), "c\n");
                    Files.writeString(directory.resolve("parallel_cpumask"), i % 2 == 0 ? "f\n" : "zz\n");
                    rounds.incrementAndGet();
                })};
        int submitted = 0;
        while (changers[0].isAlive() || changers[1].isAlive() || changers[2].isAlive()) {
            if (shell.submit(new NumberedJob(checker, submitted)).accepted()) {
                submitted++;
            }
        }
        for (Thread changer : changers) {
            changer.join();
        }
        assertThat(failed.get()).isNull();
        echo("1", "parallel_cpumask");
        awaitText("parallel_cpumask", "1\n");
        echo("8", "serial_cpumask");
        awaitText("serial_cpumask", "8\n");
        assertThat(padata.state()).isEqualTo(State.RUNNING);
        shell.close();
        checker.assertSaw(submitted);
        assertThat(rounds.get()).isEqualTo(300);
    }

    private interface Change {
        void make(int round) throws Exception;
    }

    private static Thread changer(AtomicReference<Throwable> failed, Change change) {
        return Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 300; i++) {
                    change.make(i);
                }
            } catch (Throwable t) {
                failed.set(t);
            }
        });
    }

    @Test
    void beanShouldShowAndSet() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = PadataManagement.register(padata);
        assertThat(server.getAttribute(name, "Name")).isEqualTo("controlled");
        assertThat(server.getAttribute(name, "ParallelCpumask")).isEqualTo("3\n");
        server.setAttribute(name, new Attribute("ParallelCpumask", "e"));
        assertThat(cat("parallel_cpumask")).isEqualTo("e\n");
        cpus.takeOffline(1);
        assertThat(server.getAttribute(name, "UsableParallelCpumask")).isEqualTo("c\n");
        assertThat(server.getAttribute(name, "UsableSerialCpumask")).isEqualTo("c\n");
        assertThatThrownBy(() -> server.setAttribute(name, new Attribute("SerialCpumask", "g")))
                .hasRootCauseInstanceOf(IllegalArgumentException.class).hasStackTraceContaining("EINVAL: 'g'");
        server.invoke(name, "pause", null, null);
        assertThat(server.getAttribute(name, "State")).isEqualTo("PAUSED");
        assertThat(server.invoke(name, "resume", null, null)).isEqualTo(true);
        Shell shell = padata.newShell();
        OrderChecker checker = new OrderChecker();
        for (int i = 0; i < 10; i++) {
            shell.submit(new NumberedJob(checker, i));
        }
        shell.close();
        assertThat(server.getAttribute(name, "Serialised")).isEqualTo(10L);
        assertThat(server.getAttribute(name, "InFlight")).isEqualTo(0L);
        assertThat(server.getAttribute(name, "Failed")).isEqualTo(0L);
        assertThat(server.getAttribute(name, "InlineRuns")).isInstanceOf(Long.class);
        padata.close();
        assertThat(server.isRegistered(name)).isFalse();
    }
}
