package org.quern.jmh.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.quern.kapi.linux.Mman;
import org.quern.vmap.Arena32;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.FreeOutcome;
import org.quern.vmap.MemoryFile;
import org.quern.vmap.PageGrant;
import org.quern.vmap.PageRange;
import org.quern.vmap.SparseArenaOptions;
import org.quern.vmap.VmapArena;

/**
 * The shared arena: pages handed out and taken back, and memory reached by a handle.
 *
 * <p>
 * Allocate and free 16 pages, untouched, among 1,000 other runs: {@code sharedArena} keeps its books in shared memory under a
 * lock of processes; {@code privateArena} is the same for one process; {@code mapUnmap} is what the system charges for
 * address space; {@code jdkShared} a scope of the JDK. {@code sharedArenaTwoPeers} lets a second attachment follow each change.
 *
 * <p>
 * A read by handle ({@code readByHandle}) against a read through a segment at hand ({@code readBySegment}), which is the
 * physical limit here: the handle costs finding the page's segment.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class SparseArenaBenchmark {
    private static final int PAGES = 16;
    private static final int OTHERS = 1_000;
    private static final int MASK = (1 << 12) - 1;

    private Arena32 shared;
    private MemoryFile file;
    private Arena32 peer;
    private VmapArena own;
    private long table;
    private MemorySegment segment;
    private int turn;

    @Setup
    public void open() {
        shared = Arena32.create(SparseArenaOptions.pages(1 << 18));
        file = MemoryFile.open(shared.file().path());
        peer = Arena32.attach(file);
        own = VmapArena.open(ArenaOptions.reserving(1L << 30));
        for (int i = 0; i < OTHERS; i++) {
            PageGrant kept = shared.allocate(1 + i % 7).granted();
            PageGrant hole = shared.allocate(1 + i % 5).granted();
            shared.free(hole);
            if (kept.pages() == 7) {
                shared.decommit(kept.handle(), 1);
            }
            own.allocatePages(1 + i % 7);
        }
        PageGrant grant = shared.allocate(8).granted();
        table = grant.handle();
        segment = shared.segment(grant);
        segment.fill((byte) 1);
    }

    @TearDown
    public void close() {
        peer.close();
        file.close();
        shared.close();
        own.close();
    }

    @Benchmark
    public FreeOutcome sharedArena() {
        return shared.free(shared.allocate(PAGES).granted());
    }

    @Benchmark
    public FreeOutcome sharedArenaTwoPeers() {
        return peer.free(shared.allocate(PAGES).granted());
    }

    @Benchmark
    public PageRange privateArena() {
        PageRange range = own.allocatePages(PAGES);
        own.free(range);
        return range;
    }

    @Benchmark
    public long mapUnmap() {
        long at = Mman.mmap(0, PAGES * 4096L, Mman.PROT_READ | Mman.PROT_WRITE,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE, -1, 0);
        Mman.munmap(at, PAGES * 4096L); // Safe because it was mapped just now and nobody has seen it.
        return at;
    }

    @Benchmark
    public long jdkShared() {
        try (Arena arena = Arena.ofShared()) {
            return arena.allocate(PAGES * 4096L, 4096).address();
        }
    }

    @Benchmark
    public long readByHandle() {
        return shared.getLongPlain(table + ((long) (turn++ & MASK) << 3));
    }

    @Benchmark
    public long readBySegment() {
        return segment.get(ValueLayout.JAVA_LONG, (long) (turn++ & MASK) << 3);
    }
}
