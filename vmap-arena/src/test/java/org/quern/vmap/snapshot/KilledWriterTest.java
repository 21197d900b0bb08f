package org.quern.vmap.snapshot;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quern.vmap.ForkedJvm;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;

/** A process that takes snapshots is killed at any point: the newest complete snapshot restores bit for bit. */
class KilledWriterTest {
    private static final int KILLS = Boolean.getBoolean("quern.long") ? 200 : 4;

    @Test
    void whateverItWasDoingTheNewestSnapshotRestores(@TempDir Path directory) throws Exception {
        long seed = System.nanoTime();
        System.out.println("KilledWriterTest seed " + seed);
        Random random = new Random(seed);
        long interrupted = 0;
        long sequence = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Process process = ForkedJvm.start(List.of(), List.of("-XX:TieredStopAtLevel=1"), KilledWriter.class,
                    directory.toString());
            AtomicLong confirmed = new AtomicLong(sequence);
            BufferedReader lines = new BufferedReader(
                    new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            assertThat(lines.readLine()).as("seed %s, kill %s", seed, kill).isEqualTo("ready");
            Thread reading = Thread.ofPlatform().start(() -> lines.lines().filter(l -> l.matches("\\d+"))
                    .forEach(l -> confirmed.set(Long.parseLong(l))));
            Thread.sleep(random.nextInt(400));
            process.toHandle().destroyForcibly(); // kill -9; unlike that of Process it leaves the output readable
            process.waitFor();
            reading.join();
            SnapshotStore store = SnapshotStore.open(directory, KilledWriter.IDENTITY);
            interrupted += store.interrupted().size();
            sequence = check(store, confirmed.get(), "seed " + seed + ", kill " + kill);
            if (kill % 20 == 19) {
                System.out.println((kill + 1) + " kills, " + interrupted + " in mid-write, at snapshot " + sequence);
            }
        }
        System.out.println(KILLS + " kills, " + interrupted + " in mid-write, at snapshot " + sequence);
    }

    private static long check(SnapshotStore store, long confirmed, String what) throws SnapshotException {
        try (Arena scope = Arena.ofConfined()) {
            long bytes = KilledWriter.PAGES * Reservation.PAGE_BYTES;
            MemorySegment restored = scope.allocate(bytes, Reservation.PAGE_BYTES);
            MemorySegment expected = scope.allocate(bytes, Reservation.PAGE_BYTES);
            long sequence = store.restoreLatest(restored).map(SnapshotInfo::sequence).orElse(0L);
            assertThat(sequence).as(what + ": what was confirmed is there").isBetween(confirmed, confirmed + 1);
            for (long n = 1; n <= sequence; n++) {
                KilledWriter.step(expected, n, null);
            }
            assertThat(restored.mismatch(expected)).as(what).isEqualTo(-1);
            return sequence;
        }
    }
}
