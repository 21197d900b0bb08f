package org.quern.vmap;

import java.nio.file.Path;
import java.util.List;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PageFillEventTest {
    @Test
    void eachFillIsAnEvent(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("fills.jfr");
        try (Recording recording = new Recording(); VmapArena arena = VmapArena.open(ArenaOptions.reserving(1 << 20))) {
            recording.enable("org.quern.vmap.PageFill").withoutThreshold();
            recording.start();
            LazyArea area = LazyArea.open(arena, LazyAreaOptions.ofBytes(128 << 10).named("observed").attempts(2),
                    request -> {
                        if (request.offset() > 0) {
                            throw new IllegalArgumentException("no such page");
                        }
                        return request.length();
                    });
            area.getLong(8);
            assertThatThrownBy(() -> area.getLong(100_000)).isInstanceOf(FaultException.class);
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events).hasSize(2);
        RecordedEvent filled = events.getFirst();
        assertThat(filled.getString("area")).isEqualTo("observed");
        assertThat(filled.getLong("bytes")).isEqualTo(64 << 10);
        assertThat(filled.getString("outcome")).isEqualTo("PUBLISHED");
        RecordedEvent failed = events.getLast();
        assertThat(failed.getLong("offset")).isEqualTo(64 << 10);
        assertThat(failed.getInt("attempts")).isEqualTo(2);
        assertThat(failed.getString("outcome")).startsWith("HANDLER: the handler threw").contains("no such page");
    }
}
