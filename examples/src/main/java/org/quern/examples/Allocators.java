package org.quern.examples;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.quern.vmap.AllocatorOptions;
import org.quern.vmap.AllocatorStats;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.MemoryErrorException;
import org.quern.vmap.SizeClassAllocator;
import org.quern.vmap.SizeClassStats;
import org.quern.vmap.ThreadCache;
import org.quern.vmap.VmapArena;

/** Blocks of any size off the heap: segments and offsets, what stays in memory after they are freed, and the checked mode. */
public final class Allocators {
    private static final int BLOCKS = 20_000;

    private Allocators() {}

    /**
     * Runs.
     *
     * @param args none
     */
    public static void main(String[] args) {
        segmentsAndOffsets();
        ofAnArena();
        resident();
        checked();
    }

    private static void segmentsAndOffsets() {
        // snippet: allocator
        try (SizeClassAllocator allocator = SizeClassAllocator
                .open(AllocatorOptions.reserving(1L << 36).named("messages").limit(1L << 30))) {
            MemorySegment message = allocator.allocate(300); // any code that takes a SegmentAllocator can do this
            message.set(ValueLayout.JAVA_INT, 0, 42);
            System.out.println("a segment: " + message.get(ValueLayout.JAVA_INT, 0));
            allocator.free(message);

            try (ThreadCache cache = allocator.cache()) { // for hot code: no lookup, nothing on the heap
                long block = cache.take(300); // an offset; 0 would mean exhausted
                allocator.memory().set(ValueLayout.JAVA_INT, block, 43);
                System.out.println("an offset: " + allocator.memory().get(ValueLayout.JAVA_INT, block));
                cache.giveBack(block);
            }
        }
        // end: allocator
    }

    private static void ofAnArena() {
        // snippet: of-an-arena
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 36).budget(64 << 20).named("service"))) {
            SizeClassAllocator messages = arena.allocator(AllocatorOptions.reserving(1L << 36).named("messages"));
            System.out.println("within the budget: " + (messages.take(32 << 20) != 0));
            System.out.println("beyond it: " + (messages.take(48 << 20) != 0));
        }
        // end: of-an-arena
    }

    private static void resident() {
        try (SizeClassAllocator allocator = SizeClassAllocator.open(AllocatorOptions.reserving(1L << 36))) {
            Random random = new Random(1);
            List<Long> live = new ArrayList<>();
            for (int i = 0; i < BLOCKS; i++) {
                long size = 64L << random.nextInt(9);
                long block = allocator.take(size);
                allocator.memory().asSlice(block, size).fill((byte) 1);
                live.add(block);
            }
            bar("populated", allocator);
            for (int i = 0; i < BLOCKS * 9 / 10; i++) {
                int place = random.nextInt(live.size());
                allocator.giveBack(live.set(place, live.getLast()));
                live.removeLast();
            }
            bar("90 % freed", allocator);
            allocator.trim();
            bar("trimmed", allocator);
            print(allocator.stats());
        }
    }

    private static void bar(String what, SizeClassAllocator allocator) {
        long kib = allocator.measureResidentBytes() >> 10;
        System.out.printf("%-12s %8d KiB %s%n", what, kib, "#".repeat((int) (kib / 1500)));
    }

    private static void print(AllocatorStats stats) {
        System.out.println("  block bytes   slabs  in use    free");
        for (SizeClassStats c : stats.classes()) {
            if (c.slabs() > 0) {
                System.out.printf("  %11d %7d %7d %7d%n", c.blockBytes(), c.slabs(), c.blocksInUse(),
                        c.blocksFree() + c.blocksCached());
            }
        }
    }

    private static void checked() {
        // snippet: checked
        AllocatorOptions options = AllocatorOptions.reserving(1L << 30).named("checked").checked(true).sampling(1);
        try (SizeClassAllocator allocator = SizeClassAllocator.open(options)) {
            long block = allocator.take(13);
            allocator.memory().set(ValueLayout.JAVA_BYTE, block + 13, (byte) 1); // one byte too far
            try {
                allocator.giveBack(block);
            } catch (MemoryErrorException e) {
                System.out.println("found: " + e.kind() + " of byte " + (e.offset() - block));
            }
            MemorySegment segment = allocator.allocate(100);
            allocator.free(segment);
            try {
                segment.get(ValueLayout.JAVA_BYTE, 0);
            } catch (IllegalStateException e) {
                System.out.println("a freed segment: " + e.getMessage());
            }
            allocator.giveBack(allocator.take(8));
            System.out.println("leaks: " + allocator.leaks().size());
        }
        // end: checked
    }
}
