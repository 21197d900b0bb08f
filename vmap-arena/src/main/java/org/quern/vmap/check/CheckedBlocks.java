package org.quern.vmap.check;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.heap.CentralHeap;
import org.quern.vmap.heap.Magazines;
import org.quern.vmap.heap.SizeClasses;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.slab.Latch;

/**
 * The checked mode: hands out blocks between red zones and keeps freed ones from reuse.
 *
 * <pre>
 *               take                      giveBack                          evicted: the oldest
 *   heap  --------------->  in use  --------------------->  quarantine  ------------------------->  heap
 *           red zones 0xFA           red zones intact?       filled 0xDD       still all 0xDD?
 *           filled 0xA5              segment ended           shadow FREED      shadow NEVER
 * </pre>
 *
 * Invariants: a block is in exactly one of: in use ({@code live}), in quarantine ({@code freed}), in the heap; the shadow
 * says so of each of its bytes. Everything under one latch: this mode is for finding errors. So giving back twice is found
 * exactly, also when two threads do it at the same instant. What it costs: a microsecond or so a call, the filling, 5 us when the
 * place is sampled, and 10 us when a segment is ended.
 */
public final class CheckedBlocks {
    private static final System.Logger LOG = System.getLogger("org.quern.vmap");
    private static final int FRAMES = 8;
    private static final long ZONE_BYTES = 16;
    private static final byte ZONE = (byte) 0xFA;
    private static final byte FRESH = (byte) 0xA5;
    private static final byte DEAD = (byte) 0xDD;

    private final String name;
    private final CentralHeap heap;
    private final Magazines magazines; // guarded by latch
    private final Reservation reservation;
    private final Arena scope = Arena.ofShared();
    private final MemorySegment memory;
    private final ShadowMap shadow; // guarded by latch, but for looking
    private final int sampling;
    private final long quarantineBytes;
    private final Predicate<Arena> endScope;
    private final Latch latch = new Latch();
    private final Map<Long, CheckedBlock> live = new LinkedHashMap<>(); // guarded by latch
    private final Map<Long, CheckedBlock> freed = new HashMap<>(); // guarded by latch
    private final ArrayDeque<CheckedBlock> quarantine = new ArrayDeque<>(); // guarded by latch
    private long quarantined; // guarded by latch
    private long calls; // guarded by latch

    /**
     * Nothing is handed out yet.
     *
     * @param name the allocator's name
     * @param heap where blocks come from
     * @param reservation the memory of the blocks
     * @param shadowMemory an eighth of that, zero
     * @param sampling of how many calls one has its place remembered; 0 for none
     * @param quarantineBytes how much is kept from reuse
     * @param endScope closes a scope; false if it is in use
     */
    public CheckedBlocks(String name, CentralHeap heap, Reservation reservation, Reservation shadowMemory, int sampling,
            long quarantineBytes, Predicate<Arena> endScope) {
        this.name = name;
        this.heap = heap;
        this.magazines = new Magazines(heap);
        this.reservation = reservation;
        this.memory = reservation.segment(scope);
        this.shadow = new ShadowMap(shadowMemory.segment(scope));
        this.sampling = sampling;
        this.quarantineBytes = quarantineBytes;
        this.endScope = endScope;
    }

    /**
     * Takes a block.
     *
     * @param bytes 0 or more
     * @param alignment a power of two, 16 or more
     * @return its offset; 0 if there is no memory
     */
    public long take(long bytes, long alignment) {
        if (bytes > reservation.bytes() || alignment > reservation.bytes()) {
            return 0;
        }
        long total = alignment + (bytes + ShadowMap.GRANULE - 1 & -ShadowMap.GRANULE) + ZONE_BYTES;
        latch.enter();
        try {
            List<String> site = sample();
            long outer = takeOuter(total, alignment);
            if (outer == 0) {
                evict(0); // what is found here is not this caller's; it is reported no more
                outer = takeOuter(total, alignment);
            }
            return outer == 0
                    ? 0
                    : prepare(new CheckedBlock(outer, heap.bytesOf(outer), outer + alignment, bytes, site));
        } finally {
            latch.leave();
        }
    }

    private long takeOuter(long total, long alignment) {
        int sizeClass = alignment <= Reservation.PAGE_BYTES ? SizeClasses.of(total, alignment) : SizeClasses.COUNT;
        return Magazines.offsetOf(sizeClass < SizeClasses.COUNT
                ? magazines.take(sizeClass)
                : heap.takeLarge(total, Math.max(1, alignment >>> Reservation.PAGE_SHIFT)));
    }

    private long prepare(CheckedBlock block) {
        long end = block.outer + block.outerBytes;
        shadow.poison(block.outer, end, ShadowMap.RED_ZONE);
        shadow.unpoison(block.offset(), block.bytes());
        fill(block.outer, block.offset(), ZONE);
        fill(block.offset(), block.end(), FRESH);
        fill(block.end(), end, ZONE);
        live.put(block.offset(), block);
        return block.offset();
    }

    private void fill(long from, long to, byte value) {
        memory.asSlice(from, to - from).fill(value);
    }

    /** The first byte in a range that is not as it was filled, or -1. */
    private long firstOther(long from, long to, byte value) {
        for (long at = from; at < to; at++) {
            if (memory.get(ValueLayout.JAVA_BYTE, at) != value) {
                return at;
            }
        }
        return -1;
    }

    private List<String> sample() {
        if (sampling == 0 || calls++ % sampling != 0) {
            return List.of();
        }
        return StackWalker.getInstance().walk(frames -> frames
                .dropWhile(f -> f.getClassName().startsWith("org.quern.vmap.check.")
                        || f.getClassName().equals("org.quern.vmap.SizeClassAllocator")
                        || f.getClassName().equals("org.quern.vmap.ThreadCache"))
                .limit(FRAMES).map(Object::toString).toList());
    }

    /**
     * Gives a block back.
     *
     * @param offset any number
     * @return what was found, or null; unless it is NOT_IN_USE or BUSY, the block has been given back
     */
    public @Nullable Finding giveBack(long offset) {
        latch.enter();
        try {
            CheckedBlock block = live.get(offset);
            if (block == null) {
                return new Finding(Finding.Kind.NOT_IN_USE, offset, freed.get(offset));
            }
            Arena shown = block.scope;
            if (shown != null && !endScope.test(shown)) {
                return new Finding(Finding.Kind.BUSY, offset, block);
            }
            block.freeSite = sample();
            Finding finding = zonesOf(block);
            live.remove(offset);
            fill(block.outer, block.outer + block.outerBytes, DEAD);
            shadow.poison(block.outer, block.outer + block.outerBytes, ShadowMap.FREED);
            freed.put(offset, block);
            quarantine.add(block);
            quarantined += block.outerBytes;
            Finding later = evict(quarantineBytes);
            return finding != null ? finding : later;
        } finally {
            latch.leave();
        }
    }

    private @Nullable Finding zonesOf(CheckedBlock block) {
        long at = firstOther(block.outer, block.offset(), ZONE);
        at = at >= 0 ? at : firstOther(block.end(), block.outer + block.outerBytes, ZONE);
        return at < 0 ? null : new Finding(Finding.Kind.OUT_OF_BOUNDS, at, block);
    }

    private @Nullable Finding remainsOf(CheckedBlock block) {
        long at = firstOther(block.outer, block.outer + block.outerBytes, DEAD);
        return at < 0 ? null : new Finding(Finding.Kind.USE_AFTER_FREE, at, block);
    }

    /** Lets the oldest freed blocks go until so many bytes are left; the first that was written to. */
    private @Nullable Finding evict(long keep) {
        Finding first = null;
        while (quarantined > keep) {
            CheckedBlock oldest = quarantine.remove();
            quarantined -= oldest.outerBytes;
            freed.remove(oldest.offset());
            Finding finding = remainsOf(oldest);
            first = first != null ? first : finding;
            shadow.poison(oldest.outer, oldest.outer + oldest.outerBytes, ShadowMap.NEVER);
            if (!magazines.giveBack(oldest.outer)) {
                heap.giveBackLarge(oldest.outer);
            }
        }
        return first;
    }

    /**
     * A block as a segment that ends when it is given back.
     *
     * @param offset a block in use
     * @return at the size asked for
     */
    public MemorySegment show(long offset) {
        latch.enter();
        try {
            CheckedBlock block = live.get(offset);
            if (block == null) {
                throw new IllegalStateException("offset=" + offset + ": given back by another thread meanwhile");
            }
            MemorySegment segment = block.segment;
            if (segment == null) {
                Arena own = Arena.ofShared();
                segment = reservation.segment(offset, block.bytes(), own);
                block.scope = own;
                block.segment = segment;
            }
            return segment;
        } finally {
            latch.leave();
        }
    }

    /**
     * Whether bytes may be accessed.
     *
     * @param offset the first, in the memory
     * @param length how many
     * @return what forbids it, or null
     */
    public @Nullable Finding checkAccess(long offset, long length) {
        latch.enter();
        try {
            long at = shadow.firstInvalid(offset, length);
            if (at < 0) {
                return null;
            }
            boolean dead = shadow.at(at) == ShadowMap.FREED;
            return new Finding(dead ? Finding.Kind.USE_AFTER_FREE : Finding.Kind.OUT_OF_BOUNDS, at, around(at, dead));
        } finally {
            latch.leave();
        }
    }

    /** The block that a byte belongs to, red zones included; a search, for a report. */
    private @Nullable CheckedBlock around(long at, boolean dead) {
        for (CheckedBlock block : dead ? quarantine : live.values()) {
            if (at >= block.outer && at < block.outer + block.outerBytes) {
                return block;
            }
        }
        return null;
    }

    /**
     * Looks at all red zones and all freed blocks in quarantine.
     *
     * @return the first that was written to, or null
     */
    public @Nullable Finding checkAll() {
        latch.enter();
        try {
            for (CheckedBlock block : live.values()) {
                Finding finding = zonesOf(block);
                if (finding != null) {
                    return finding;
                }
            }
            for (CheckedBlock block : quarantine) {
                Finding finding = remainsOf(block);
                if (finding != null) {
                    return finding;
                }
            }
            return null;
        } finally {
            latch.leave();
        }
    }

    /**
     * What is in use.
     *
     * @return a copy, in the order of allocation
     */
    public List<CheckedBlock> live() {
        latch.enter();
        try {
            return new ArrayList<>(live.values());
        } finally {
            latch.leave();
        }
    }

    /**
     * What a block's user asked for.
     *
     * @param offset any number
     * @return bytes, or -1 if no block in use begins there
     */
    public long bytesOf(long offset) {
        latch.enter();
        try {
            CheckedBlock block = live.get(offset);
            return block == null ? -1 : block.bytes();
        } finally {
            latch.leave();
        }
    }

    /**
     * Ends what can be ended, and logs what was not given back.
     *
     * @return as {@link #checkAll}
     */
    public @Nullable Finding close() {
        Finding finding = checkAll();
        List<CheckedBlock> leaked = live();
        if (!leaked.isEmpty()) {
            LOG.log(Level.WARNING, name + ": " + leaked.size() + " blocks were not given back, the first: "
                    + leaked.getFirst());
        }
        for (CheckedBlock block : leaked) {
            Arena shown = block.scope;
            if (shown != null && !endScope.test(shown)) {
                LOG.log(Level.WARNING, name + ": a call of another thread still uses the segment of " + block);
            }
        }
        return finding;
    }
}
