package org.quern.jmh.vmap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongUnaryOperator;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import org.quern.jmh.vmap.peer.NativeHeap;
import org.quern.vmap.AllocatorOptions;
import org.quern.vmap.SizeClassAllocator;

/**
 * Memory kept, in MiB of the process above its start: some 512 MiB of live blocks, 90 % of them freed at random, the room used
 * again by other sizes, all freed, and trimmed or left alone for 1.5 s. One allocator a process; argument: its name (quern, glibc,
 * jemalloc, mimalloc, tcmalloc, netty-pooled, netty-adaptive).
 */
public final class ResidentComparison {
    private static final long LIVE_BYTES = 512L << 20;

    private final long[] blocks = new long[4 << 20];
    private final ByteBuf[] buffers = new ByteBuf[4 << 20];
    private final Random random = new Random(7);
    private int live;
    private long liveBytes;

    private ResidentComparison() {}

    /**
     * Runs.
     *
     * @param args the allocator's name
     */
    public static void main(String[] args) throws Exception {
        new ResidentComparison().run(args.length > 0 ? args[0] : "quern");
    }

    private void run(String name) throws Exception {
        Arrays.fill(blocks, 1); // so that the arrays' own pages are there before the start is measured
        SizeClassAllocator allocator = SizeClassAllocator.open(AllocatorOptions.reserving(1L << 36));
        LongUnaryOperator take;
        LongUnaryOperator giveBack;
        switch (name) {
            case "quern" -> {
                take = bytes -> {
                    long offset = allocator.take(bytes);
                    allocator.memory().asSlice(offset, bytes).fill((byte) 1);
                    return offset;
                };
                giveBack = offset -> {
                    allocator.giveBack(offset);
                    return 0;
                };
            }
            case "netty-pooled", "netty-adaptive" -> {
                ByteBufAllocator netty = name.equals("netty-pooled")
                        ? PooledByteBufAllocator.DEFAULT
                        : new AdaptiveByteBufAllocator();
                take = bytes -> {
                    ByteBuf buffer = netty.directBuffer((int) bytes, (int) bytes);
                    buffer.setZero(0, (int) bytes);
                    buffers[live] = buffer;
                    return 1;
                };
                giveBack = place -> {
                    buffers[(int) place].release();
                    return 0;
                };
            }
            default -> {
                NativeHeap.choose(name);
                take = bytes -> {
                    long address = NativeHeap.malloc(bytes);
                    NativeHeap.everything().asSlice(address, bytes).fill((byte) 1);
                    return address;
                };
                giveBack = address -> {
                    NativeHeap.free(address);
                    return 0;
                };
            }
        }
        boolean netty = name.startsWith("netty");
        int[] sizes = new int[4 << 20];
        long start = residentBytes();
        fill(take, sizes, 64, 32 << 10);
        report(name, "populated", start);
        freeDownTo(live / 10, giveBack, sizes, netty);
        report(name, "90 % freed", start);
        fill(take, sizes, 200, 60_000);
        report(name, "refilled", start);
        freeDownTo(0, giveBack, sizes, netty);
        report(name, "all freed", start);
        allocator.trim();
        Thread.sleep(1500);
        report(name, "after trim or 1.5 s", start);
    }

    private void fill(LongUnaryOperator take, int[] sizes, int from, int to) {
        while (liveBytes < LIVE_BYTES) {
            int size = (int) (from * Math.pow(to / (double) from, random.nextDouble()));
            blocks[live] = take.applyAsLong(size);
            sizes[live] = size;
            live++;
            liveBytes += size;
        }
    }

    private void freeDownTo(int keep, LongUnaryOperator giveBack, int[] sizes, boolean byPlace) {
        while (live > keep) {
            int place = random.nextInt(live);
            giveBack.applyAsLong(byPlace ? place : blocks[place]);
            liveBytes -= sizes[place];
            live--;
            blocks[place] = blocks[live];
            buffers[place] = buffers[live];
            sizes[place] = sizes[live];
        }
    }

    private void report(String name, String phase, long start) throws IOException {
        System.out.printf("%-16s %-20s %6d MiB resident, %4d live%n", name, phase, (residentBytes() - start) >> 20,
                liveBytes >> 20);
    }

    private static long residentBytes() throws IOException {
        List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
        String line = status.stream().filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
}
