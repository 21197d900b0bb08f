package org.quern.vmap;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.sun.management.ThreadMXBean;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.quern.vmap.event.DecommitEvent;
import org.quern.vmap.event.MapEvent;
import org.quern.vmap.event.PopulateEvent;
import org.quern.vmap.event.SlowAllocationEvent;

import static org.assertj.core.api.Assertions.assertThat;

/** What Flight Recorder is told, and that telling it costs nothing while it does not listen. */
class RecordingTest {
    private static final String PREFIX = "org.quern.vmap.";
    private static final long PAGE = org.quern.vmap.reserve.Reservation.PAGE_BYTES;

    @Test
    void mappingPopulatingDecommittingAndShortagesAreRecorded() throws Exception {
        Path file = Files.createTempFile("quern", ".jfr");
        try (Recording recording = new Recording()) {
            for (String name : List.of("Map", "Populate", "Decommit", "SlowAllocation")) {
                recording.enable(PREFIX + name).withoutThreshold();
            }
            recording.start();
            work();
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(e -> e.getEventType().getName().startsWith(PREFIX))
                .filter(e -> e.getString("reservation").equals("recorded")).toList();
        Files.delete(file);
        RecordedEvent map = only(events, "Map");
        assertThat(map.getLong("wishedBytes")).isEqualTo(64 * PAGE);
        assertThat(map.getLong("obtainedBytes")).isEqualTo(64 * PAGE);
        assertThat(map.getString("backEnd")).isEqualTo(BackEnd.preferred().name());
        RecordedEvent populate = only(events, "Populate");
        assertThat(populate.getLong("requestedBytes")).isEqualTo(4 * PAGE);
        assertThat(populate.getLong("populatedBytes")).isEqualTo(4 * PAGE);
        assertThat(populate.getDuration()).isPositive();
        List<RecordedEvent> decommits = named(events, "Decommit");
        assertThat(decommits.getFirst().getLong("offset")).isZero();
        assertThat(decommits.getFirst().getLong("bytes")).isEqualTo(4 * PAGE);
        assertThat(decommits.getFirst().getBoolean("succeeded")).isTrue();
        RecordedEvent slow = only(events, "SlowAllocation");
        assertThat(slow.getLong("requestedPages")).isEqualTo(1000);
        assertThat(slow.getString("outcome")).isEqualTo("no address space");
    }

    private static void work() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(64 * PAGE).named("recorded"))) {
            PageRange range = arena.allocatePages(4);
            arena.populate(range);
            arena.decommit(range);
            assertThat(arena.tryAllocatePages(1000)).isInstanceOf(Shortage.class);
        }
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream().filter(e -> e.getEventType().getName().equals(PREFIX + name)).toList();
    }

    private static RecordedEvent only(List<RecordedEvent> events, String name) {
        assertThat(named(events, name)).as(name).hasSize(1);
        return named(events, name).getFirst();
    }

    @Test
    void whileNobodyListensNothingIsAllocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().threadId();
        tellNobody(10); // loads the classes
        long before = threads.getThreadAllocatedBytes(self);
        tellNobody(100_000);
        assertThat(threads.getThreadAllocatedBytes(self) - before).as("bytes for 400,000 events").isLessThan(1000);
    }

    private static void tellNobody(int times) {
        int wanted = 0;
        for (int i = 0; i < times; i++) {
            wanted += DecommitEvent.begin("quiet", i, 1) != null ? 1 : 0;
            wanted += PopulateEvent.begin("quiet", i, 1) != null ? 1 : 0;
            wanted += MapEvent.begin("quiet", "LINUX", i) != null ? 1 : 0;
            SlowAllocationEvent.tell("quiet", i, 1, "granted");
        }
        assertThat(wanted).isZero();
    }
}
