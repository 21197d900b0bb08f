package org.quern.jmh.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
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
import org.openjdk.jmh.infra.Control;
import org.quern.jmh.vmap.peer.NativeHeap;
import org.quern.vmap.AllocatorOptions;
import org.quern.vmap.SizeClassAllocator;

/**
 * One thread allocates and writes, another frees: through a ring of 1,024 places. {@code hop} is the limit: the ring alone.
 * Read it by CPU ({@code -prof org.quern.jmh.padata.CpuTimeProfiler}): the threads wait for each other.
 */
@State(Scope.Group)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class AllocatorHandoverBenchmark {
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final MemorySegment EVERYTHING = NativeHeap.everything();
    private static final int PLACES = 1024;
    private static final int SIZES = 4096;

    @Param({"64", "576", "4096", "mixed"})
    private String bytes;

    private final int[] sizes = new int[SIZES];
    private final LongRing ring = new LongRing();
    private final SpscVarHandleArrayQueue<ByteBuf> buffers = new SpscVarHandleArrayQueue<>(PLACES);
    private SizeClassAllocator allocator;
    private long base;
    private int turn;

    /** A native allocator, chosen by name. */
    @State(Scope.Benchmark)
    public static class Peer {
        @Param({"mimalloc", "tcmalloc", "jemalloc", "glibc"})
        private String malloc;

        @Setup
        public void choose() {
            NativeHeap.choose(malloc);
        }
    }

    /** A ring of longs for one producer and one consumer; 0 is an empty place. */
    private static final class LongRing {
        private static final VarHandle PLACE = java.lang.invoke.MethodHandles.arrayElementVarHandle(long[].class);
        private final long[] places = new long[PLACES];
        private long head;
        @SuppressWarnings("unused") // keeps the two ends on lines of their own
        private long p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;
        private long tail;

        /** Release: pairs with the acquire in poll. */
        boolean offer(long value) {
            int at = (int) tail & (PLACES - 1);
            if ((long) PLACE.getAcquire(places, at) != 0) {
                return false;
            }
            PLACE.setRelease(places, at, value);
            tail++;
            return true;
        }

        /** Acquire: pairs with the release in offer. */
        long poll() {
            int at = (int) head & (PLACES - 1);
            long value = (long) PLACE.getAcquire(places, at);
            if (value != 0) {
                PLACE.setRelease(places, at, 0L);
                head++;
            }
            return value;
        }
    }

    @Setup
    public void open() {
        allocator = SizeClassAllocator.open(AllocatorOptions.reserving(1L << 36));
        base = allocator.memory().address();
        Random random = new Random(42);
        for (int i = 0; i < SIZES; i++) {
            sizes[i] = bytes.equals("mixed")
                    ? (int) Math.pow(2, 4 + 12 * random.nextDouble())
                    : Integer.parseInt(bytes);
        }
    }

    /** What was under way belongs to the next iteration. */
    @Setup(Level.Iteration)
    public void begin() {
        turn = 0;
    }

    @TearDown
    public void close() {
        allocator.close();
    }

    private int nextSize() {
        turn = (turn + 1) & (SIZES - 1);
        return sizes[turn];
    }

    private boolean put(long value, Control control) {
        while (!ring.offer(value)) {
            if (control.stopMeasurement) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    private long take(Control control) {
        long value = ring.poll();
        while (value == 0 && !control.stopMeasurement) {
            Thread.onSpinWait();
            value = ring.poll();
        }
        return value;
    }

    @Benchmark
    @Group("hop")
    @GroupThreads(1)
    public boolean hopProduce(Control control) {
        return put(nextSize(), control);
    }

    @Benchmark
    @Group("hop")
    @GroupThreads(1)
    public long hopConsume(Control control) {
        return take(control);
    }

    @Benchmark
    @Group("allocator")
    @GroupThreads(1)
    public void allocatorProduce(Control control) {
        long offset = allocator.take(nextSize());
        // Safe because the block was just handed out; the same for the peer below.
        WORD.set(EVERYTHING, base + offset, 1L);
        if (!put(offset, control)) {
            allocator.giveBack(offset);
        }
    }

    @Benchmark
    @Group("allocator")
    @GroupThreads(1)
    public void allocatorConsume(Control control) {
        long offset = take(control);
        if (offset != 0) {
            allocator.giveBack(offset);
        }
    }

    @Benchmark
    @Group("nativeHeap")
    @GroupThreads(1)
    public void nativeProduce(Peer peer, Control control) {
        long address = NativeHeap.malloc(nextSize());
        WORD.set(EVERYTHING, address, 1L);
        if (!put(address, control)) {
            NativeHeap.free(address);
        }
    }

    @Benchmark
    @Group("nativeHeap")
    @GroupThreads(1)
    public void nativeConsume(Peer peer, Control control) {
        long address = take(control);
        if (address != 0) {
            NativeHeap.free(address);
        }
    }

    @Benchmark
    @Group("nettyPooled")
    @GroupThreads(1)
    public void nettyProduce(Control control) {
        int size = nextSize();
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(size, size);
        buffer.setLongLE(0, 1L);
        while (!buffers.offer(buffer)) {
            if (control.stopMeasurement) {
                buffer.release();
                return;
            }
            Thread.onSpinWait();
        }
    }

    @Benchmark
    @Group("nettyPooled")
    @GroupThreads(1)
    public void nettyConsume(Control control) {
        ByteBuf buffer = buffers.poll();
        while (buffer == null && !control.stopMeasurement) {
            Thread.onSpinWait();
            buffer = buffers.poll();
        }
        if (buffer != null) {
            buffer.release();
        }
    }
}
