package org.quern.jmh.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.quern.jmh.vmap.peer.NativeHeap;
import org.quern.vmap.AllocatorOptions;
import org.quern.vmap.SizeClassAllocator;
import org.quern.vmap.ThreadCache;

/**
 * Give a block back, take another, write its first word: a pair, with 256 blocks live in a ring for each thread. With
 * {@code -t 2} two threads do so on one allocator.
 *
 * <p>
 * {@code bumpPointer} is the physical limit: addresses handed out in turn, no books at all. {@code mixed} is 4,096 sizes from 16
 * bytes to 64 KiB, evenly spread over the doublings, the same for everybody. Peers at their defaults; native ones
 * by critical downcall, which is the cheapest Java has ({@code -normal}: the ordinary one), and without the checks that
 * the others make.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class AllocatorBenchmark {
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final MemorySegment EVERYTHING = NativeHeap.everything();
    private static final int LIVE = 256;
    private static final int SIZES = 4096;

    @Param({"64", "576", "4096", "65536", "mixed"})
    String bytes;

    private final int[] sizes = new int[SIZES];
    private int turn;
    private final long[] live = new long[LIVE];
    private final MemorySegment[] segments = new MemorySegment[LIVE];
    private final Arena[] arenas = new Arena[LIVE];
    private final ByteBuf[] buffers = new ByteBuf[LIVE];

    /** One allocator for all threads. */
    @State(Scope.Benchmark)
    public static class Shared {
        private SizeClassAllocator allocator;
        private long base;

        @Setup
        public void open() {
            allocator = SizeClassAllocator.open(AllocatorOptions.reserving(1L << 36));
            base = allocator.memory().address();
        }

        @TearDown
        public void close() {
            allocator.close();
        }
    }

    /** A native allocator, chosen by name. */
    @State(Scope.Benchmark)
    public static class Peer {
        @Param({"tcmalloc", "tcmalloc-normal", "jemalloc", "mimalloc", "glibc"})
        private String malloc;

        @Setup
        public void choose() {
            NativeHeap.choose(malloc);
        }
    }

    @Setup
    public void chooseSizes() {
        Random random = new Random(42);
        for (int i = 0; i < SIZES; i++) {
            sizes[i] = bytes.equals("mixed")
                    ? (int) Math.pow(2, 4 + 12 * random.nextDouble())
                    : Integer.parseInt(bytes);
        }
    }

    private int next() {
        turn = (turn + 1) & (SIZES - 1);
        return turn;
    }

    @Benchmark
    public long bumpPointer(Shared shared) {
        int i = next();
        long address = shared.base + (long) (i & (LIVE - 1)) * (sizes[i] & -8);
        // Safe because all of the reservation, 2^37 bytes, may be written; the same for every use in this class that
        // touches a block it has just been handed.
        WORD.set(EVERYTHING, address, 1L);
        return address;
    }

    /** This thread's explicit cache. */
    @State(Scope.Thread)
    public static class Mine {
        private ThreadCache cache;

        @Setup
        public void open(Shared shared) {
            cache = shared.allocator.cache();
        }
    }

    @Benchmark
    public long cache(Shared shared, Mine mine) {
        int i = next();
        int place = i & (LIVE - 1);
        if (live[place] != 0) {
            mine.cache.giveBack(live[place]);
        }
        long offset = mine.cache.take(sizes[i]);
        WORD.set(EVERYTHING, shared.base + offset, 1L);
        live[place] = offset;
        return offset;
    }

    @Benchmark
    public long implicit(Shared shared) {
        int i = next();
        int place = i & (LIVE - 1);
        if (live[place] != 0) {
            shared.allocator.giveBack(live[place]);
        }
        long offset = shared.allocator.take(sizes[i]);
        WORD.set(EVERYTHING, shared.base + offset, 1L);
        live[place] = offset;
        return offset;
    }

    @Benchmark
    public MemorySegment segment(Shared shared) {
        int i = next();
        int place = i & (LIVE - 1);
        if (segments[place] != null) {
            shared.allocator.free(segments[place]);
        }
        MemorySegment segment = shared.allocator.allocate(sizes[i], 8);
        segment.set(ValueLayout.JAVA_LONG, 0, 1L);
        segments[place] = segment;
        return segment;
    }

    @Benchmark
    public long nativeHeap(Peer peer) {
        int i = next();
        int place = i & (LIVE - 1);
        if (live[place] != 0) {
            NativeHeap.free(live[place]);
        }
        long address = NativeHeap.malloc(sizes[i]);
        WORD.set(EVERYTHING, address, 1L);
        live[place] = address;
        return address;
    }

    @Benchmark
    public MemorySegment arenaOfConfined() {
        int i = next();
        int place = i & (LIVE - 1);
        if (arenas[place] != null) {
            arenas[place].close();
        }
        arenas[place] = Arena.ofConfined();
        MemorySegment segment = arenas[place].allocate(sizes[i], 8);
        segment.set(ValueLayout.JAVA_LONG, 0, 1L);
        return segment;
    }

    @Benchmark
    public MemorySegment arenaOfShared() {
        int i = next();
        int place = i & (LIVE - 1);
        if (arenas[place] != null) {
            arenas[place].close();
        }
        arenas[place] = Arena.ofShared();
        MemorySegment segment = arenas[place].allocate(sizes[i], 8);
        segment.set(ValueLayout.JAVA_LONG, 0, 1L);
        return segment;
    }

    @Benchmark
    public ByteBuf nettyPooled() {
        return netty(PooledByteBufAllocator.DEFAULT);
    }

    /** Netty's adaptive allocator. */
    @State(Scope.Benchmark)
    public static class Adaptive {
        private final ByteBufAllocator allocator = new AdaptiveByteBufAllocator();
    }

    @Benchmark
    public ByteBuf nettyAdaptive(Adaptive adaptive) {
        return netty(adaptive.allocator);
    }

    private ByteBuf netty(ByteBufAllocator allocator) {
        int i = next();
        int place = i & (LIVE - 1);
        if (buffers[place] != null) {
            buffers[place].release();
        }
        ByteBuf buffer = allocator.directBuffer(sizes[i], sizes[i]);
        buffer.setLongLE(0, 1L);
        buffers[place] = buffer;
        return buffer;
    }
}
