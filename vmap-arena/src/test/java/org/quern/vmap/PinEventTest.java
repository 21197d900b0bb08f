package org.quern.vmap;

import java.nio.file.Path;
import java.util.List;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class PinEventTest {
    @Test
    void eachPinIsAnEventFromItsBeginningToItsEnd(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("pins.jfr");
        long pinned;
        try (Recording recording = new Recording();
                VmapArena arena = VmapArena.open(ArenaOptions.reserving(1 << 20).named("pins on record"))) {
            PageRange range = arena.allocatePages(8);
            arena.pins().pin(range, PinOptions.of("before the recording")).close();
            recording.enable("org.quern.vmap.Pin").withoutThreshold();
            recording.start();
            long begin = System.nanoTime();
            Pin device = arena.pins().pin(range, 2, 3, PinOptions.of("device").longTerm());
            Thread.sleep(20);
            device.close(true);
            pinned = System.nanoTime() - begin;
            arena.pins().pin(range, PinOptions.of("reader").readOnly()).close();
            recording.stop();
            arena.pins().pin(range, PinOptions.of("after it")).close();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events).extracting(e -> e.getString("owner")).containsExactlyInAnyOrder("device", "reader");
        RecordedEvent device = events.stream().filter(e -> e.getString("owner").equals("device")).findFirst()
                .orElseThrow();
        assertThat(device.getString("arena")).isEqualTo("pins on record");
        assertThat(device.getLong("pages")).isEqualTo(3);
        assertThat(device.getBoolean("longTerm")).isTrue();
        assertThat(device.getBoolean("dirty")).isTrue();
        assertThat(device.getDuration().toNanos()).isBetween(15_000_000L, pinned + 1_000_000);
    }
}
