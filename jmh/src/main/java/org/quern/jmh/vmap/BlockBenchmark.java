package org.quern.jmh.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.quern.kapi.raw.RawMemory;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.BlockPool;
import org.quern.vmap.VmapArena;

/**
 * Take a block, write its first word, give back another: 256 blocks are live, in a ring, so that neither the pool nor its
 * peers hand out the block just returned.
 *
 * <p>
 * {@code bumpPointer} is the physical limit: a ring of blocks handed out in turn, no books at all. Peers: an ArrayDeque of
 * segments (one owner, like the pool under its owner's lock, but unsafe without it), a JCTools queue of segments (safe,
 * like the pool), and a confined arena per block, which is what the JDK offers.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class BlockBenchmark {
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final int LIVE = 256;
    private static final int BATCH = 16;

    @Param({"64", "576", "4096"})
    private int bytes;

    private VmapArena arena;
    private BlockPool pool;
    private long base;
    private int turn;
    private final long[] live = new long[LIVE];
    private final MemorySegment[] segments = new MemorySegment[LIVE];
    private final Arena[] arenas = new Arena[LIVE];
    private final ArrayDeque<MemorySegment> deque = new ArrayDeque<>();
    private final MpmcVarHandleArrayQueue<MemorySegment> queue = new MpmcVarHandleArrayQueue<>(2 * LIVE);
    private final MemorySegment[] inUse = new MemorySegment[LIVE];

    @Setup
    public void open() {
        arena = VmapArena.open(ArenaOptions.reserving(1 << 30));
        pool = arena.blockPool(bytes);
        base = pool.baseAddress();
        for (int i = 0; i < LIVE; i++) {
            live[i] = pool.take();
            segments[i] = arena.allocate(bytes, 64);
            inUse[i] = arena.allocate(bytes, 64);
            deque.add(arena.allocate(bytes, 64));
            queue.add(arena.allocate(bytes, 64));
            arenas[i] = Arena.ofConfined();
        }
    }

    @TearDown
    public void close() {
        arena.close();
    }

    private int next() {
        turn = (turn + 1) & (LIVE - 1);
        return turn;
    }

    @Benchmark
    public long bumpPointer() {
        long offset = next() * (long) bytes;
        // Safe because the ring of 256 blocks lies in the pool's reservation and the pool is held.
        WORD.set(RawMemory.EVERYTHING, base + offset, 1L);
        return offset;
    }

    @Benchmark
    public long blockPool() {
        int i = next();
        pool.giveBack(live[i]);
        long offset = pool.take();
        // Safe because the offset is a block's and the pool is held.
        WORD.set(RawMemory.EVERYTHING, base + offset, 1L);
        live[i] = offset;
        return offset;
    }

    /** Sixteen at a time, as a batch of retired nodes is; the score is per block. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long blockPoolBatch() {
        turn = (turn + BATCH) & (LIVE - 1);
        pool.giveBack(live, turn, turn + BATCH);
        pool.take(live, turn, turn + BATCH);
        for (int i = turn; i < turn + BATCH; i++) {
            // Safe because the offset is a block's and the pool is held.
            WORD.set(RawMemory.EVERYTHING, base + live[i], 1L);
        }
        return live[turn];
    }

    @Benchmark
    public MemorySegment blockPoolSegment() {
        int i = next();
        pool.giveBack(live[i]);
        live[i] = pool.take();
        MemorySegment segment = pool.segment(live[i]);
        segment.set(ValueLayout.JAVA_LONG, 0, 1L);
        return segment;
    }

    @Benchmark
    public MemorySegment arrayDeque() {
        int i = next();
        deque.push(inUse[i]);
        MemorySegment segment = deque.pop();
        segment.set(ValueLayout.JAVA_LONG, 0, 1L);
        inUse[i] = segment;
        return segment;
    }

    @Benchmark
    public MemorySegment jctoolsQueue() {
        int i = next();
        queue.offer(inUse[i]);
        MemorySegment segment = queue.poll();
        segment.set(ValueLayout.JAVA_LONG, 0, 1L);
        inUse[i] = segment;
        return segment;
    }

    @Benchmark
    public MemorySegment arenaOfConfined() {
        int i = next();
        arenas[i].close();
        arenas[i] = Arena.ofConfined();
        MemorySegment segment = arenas[i].allocate(bytes, 64);
        segment.set(ValueLayout.JAVA_LONG, 0, 1L);
        return segment;
    }
}
