package org.quern.jmh.vmap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.FaultHandler;
import org.quern.vmap.LazyArea;
import org.quern.vmap.LazyAreaOptions;
import org.quern.vmap.PageRange;
import org.quern.vmap.VmapArena;

/**
 * What 64 MiB of first touches cost, a byte in each page: a lazy area (a function that leaves zeros; a file in the page
 * cache), published by the system or copied, in runs of 64 KiB or page by page; against plain anonymous memory (the limit)
 * and a private mapping of the same file. Times are for all 16,384 pages.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 10)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FaultBenchmark {
    private static final int BYTES = 64 << 20;
    private static final int PAGE = 4096;

    @Param({"4096", "65536"})
    private int runBytes;

    private VmapArena arena;
    private Path file;

    @Setup(Level.Trial)
    public void open() throws IOException {
        arena = VmapArena.open(ArenaOptions.reserving(1 << 30));
        file = Files.createTempFile("quern-fault", ".bin");
        Files.write(file, new byte[BYTES]);
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        arena.close();
        Files.delete(file);
    }

    private long touchLazily(FaultHandler handler, boolean software) {
        LazyAreaOptions options = LazyAreaOptions.ofBytes(BYTES).runBytes(runBytes).software(software);
        try (LazyArea area = LazyArea.open(arena, options, handler)) {
            long sum = 0;
            for (int offset = 0; offset < BYTES; offset += PAGE) {
                sum += area.getLong(offset);
            }
            return sum;
        }
    }

    private static long touch(MemorySegment segment) {
        long sum = 0;
        for (int offset = 0; offset < BYTES; offset += PAGE) {
            segment.set(ValueLayout.JAVA_BYTE, offset, (byte) 1);
            sum += segment.get(ValueLayout.JAVA_BYTE, offset + 8);
        }
        return sum;
    }

    @Benchmark
    public long zerosPublished() {
        return touchLazily(FaultHandler.zeros(), false);
    }

    @Benchmark
    public long zerosCopied() {
        return touchLazily(FaultHandler.zeros(), true);
    }

    @Benchmark
    public long filePublished() throws IOException {
        return touchLazily(FaultHandler.file(file), false);
    }

    @Benchmark
    public long fileCopied() throws IOException {
        return touchLazily(FaultHandler.file(file), true);
    }

    @Benchmark
    public long filePrivateMapping() throws IOException {
        try (Arena scope = Arena.ofShared(); FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return touch(channel.map(FileChannel.MapMode.PRIVATE, 0, BYTES, scope));
        }
    }

    @Benchmark
    public long plainTouch() {
        PageRange range = arena.allocatePages(BYTES / PAGE);
        long sum = touch(arena.segment(range));
        arena.free(range);
        return sum;
    }
}
