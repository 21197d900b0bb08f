package org.quern.padata;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Depths and waits, at moments that turns of workers without threads make exact. */
@Timeout(60)
class MetricsTest {
    @TempDir
    Path temp;

    @Test
    void depthsAndWaitsShouldEqualWhatIsThere() throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("measured").externalWorkers(1, 1));
        PadataRecording.offer(padata);
        try (Recording recording = new Recording()) {
            recording.enable("org.quern.padata.Statistics").with("period", "beginChunk");
            recording.start();
            Shell shell = padata.newShell();
            List<Completion> tokens = new ArrayList<>();
            shell.submit(new Job() {
                @Override
                protected void parallel(Worker worker) {
                    tokens.add(worker.defer());
                }

                @Override
                protected void serial() {}
            });
            for (int i = 0; i < 9; i++) {
                shell.submit(i, n -> n, n -> {});
            }
            assertThat(padata.stats().queueDepth()).isEqualTo(10);
            assertThat(padata.stats().reorderDepth()).isZero();
            assertThat(padata.stats().headOfLineWait()).isZero();
            Interleaving.seeded(padata, 1).runUntilIdle();
            Thread.sleep(2);
            PadataStats stalled = padata.stats();
            assertThat(stalled.queueDepth()).isZero();
            assertThat(stalled.reorderDepth()).isEqualTo(9);
            assertThat(stalled.inFlight()).isEqualTo(10);
            assertThat(stalled.headOfLineWait()).isGreaterThanOrEqualTo(Duration.ofMillis(2));
            tokens.getFirst().complete();
            Interleaving.seeded(padata, 1).runUntilIdle();
            PadataStats done = padata.stats();
            assertThat(done.reorderDepth()).isZero();
            assertThat(done.headOfLineWait()).isZero();
            assertThat(done.serialised()).isEqualTo(10);
            assertThat(done.parallelJobs()).containsExactly(10L);
            recording.stop();
            Path file = temp.resolve("padata.jfr");
            recording.dump(file);
            List<RecordedEvent> events = RecordingFile.readAllEvents(file);
            assertThat(events).isNotEmpty()
                    .allSatisfy(event -> assertThat(event.getString("instance")).isEqualTo("measured"));
            Files.delete(file);
        }
        assertThat(padata.close(Duration.ofSeconds(5)).drained()).isTrue();
        assertThat(padata.stats().queueDepth()).isZero();
    }

    @ParameterizedTest(name = "recordJobs={0}, enabled={1}")
    @CsvSource({"true,true", "true,false", "false,true"})
    void eachPhaseOfEachJobShouldBeRecordedIfAskedFor(boolean offered, boolean enabled, @TempDir Path temp)
            throws Exception {
        Padata padata = Padata.open(PadataOptions.defaults().named("recorded").parallelWorkers(2).recordJobs(offered));
        List<RecordedEvent> events;
        try (Recording recording = new Recording()) {
            if (enabled) {
                recording.enable("org.quern.padata.ParallelPhase").withThreshold(Duration.ZERO);
                recording.enable("org.quern.padata.SerialPhase").withThreshold(Duration.ZERO);
            }
            recording.start();
            Shell shell = padata.newShell(ShellOptions.defaults().named("seen"));
            OrderChecker checker = new OrderChecker();
            for (int i = 0; i < 100; i++) {
                shell.submit(new NumberedJob(checker, i) {
                    @Override
                    protected void parallel(Worker worker) throws Exception {
                        super.parallel(worker);
                        if (number == 7) {
                            throw new IllegalStateException("wanted");
                        }
                    }
                });
            }
            ShellChecker.closeAndCheck(padata, shell);
            checker.assertSaw(100);
            recording.stop();
            Path file = temp.resolve("jobs.jfr");
            recording.dump(file);
            events = RecordingFile.readAllEvents(file);
            Files.delete(file);
        }
        for (String phase : List.of("ParallelPhase", "SerialPhase")) {
            List<RecordedEvent> ofPhase = events.stream()
                    .filter(event -> event.getEventType().getName().equals("org.quern.padata." + phase)).toList();
            assertThat(ofPhase).hasSize(offered && enabled ? 100 : 0)
                    .allSatisfy(event -> assertThat(event.getString("shell")).isEqualTo("seen"));
            assertThat(ofPhase.stream().map(event -> event.getLong("sequence")).distinct()).hasSize(ofPhase.size());
            assertThat(ofPhase.stream().filter(event -> event.getBoolean("failed"))
                    .map(event -> event.getLong("sequence")))
                    .isEqualTo(offered && enabled ? List.of(7L) : List.of());
        }
    }
}
