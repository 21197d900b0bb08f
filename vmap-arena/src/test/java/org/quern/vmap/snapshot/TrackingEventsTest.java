package org.quern.vmap.snapshot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.PageRange;
import org.quern.vmap.VmapArena;
import org.quern.vmap.WriteTracker;

import static org.assertj.core.api.Assertions.assertThat;

class TrackingEventsTest {
    @Test
    void epochsAndSnapshotsAreRecorded(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("recording.jfr");
        try (Recording recording = new Recording();
                VmapArena arena = VmapArena.open(ArenaOptions.reserving(1 << 26).named("seen"))) {
            recording.enable("org.quern.vmap.WriteScan");
            recording.enable("org.quern.vmap.Snapshot");
            recording.start();
            PageRange range = arena.allocatePages(16);
            MemorySegment memory = arena.segment(range);
            memory.set(ValueLayout.JAVA_LONG, 0, 1);
            try (WriteTracker tracker = arena.trackWrites(range)) {
                Snapshotter snapshotter = Snapshotter.of(tracker, SnapshotStore.open(directory, UUID.randomUUID()));
                snapshotter.take(Quiesce.NOBODY_WRITES);
                memory.set(ValueLayout.JAVA_LONG, 0, 2);
                tracker.mark(0, 8);
                snapshotter.take(Runnable::run);
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        List<RecordedEvent> snapshots = events.stream()
                .filter(e -> e.getEventType().getName().equals("org.quern.vmap.Snapshot")).toList();
        assertThat(snapshots).extracting(e -> e.getLong("sequence")).containsExactly(1L, 2L);
        assertThat(snapshots).extracting(e -> e.getBoolean("base")).containsExactly(true, false);
        assertThat(snapshots.getLast().getInt("rounds")).isGreaterThanOrEqualTo(2);
        List<RecordedEvent> scans = events.stream()
                .filter(e -> e.getEventType().getName().equals("org.quern.vmap.WriteScan")).toList();
        assertThat(scans).hasSizeGreaterThanOrEqualTo(3);
        assertThat(scans.getFirst().getString("memory")).startsWith("seen");
        assertThat(scans.getFirst().getLong("changedBytes")).isPositive();
    }
}
