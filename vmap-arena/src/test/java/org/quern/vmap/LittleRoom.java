package org.quern.vmap;

import java.lang.foreign.ValueLayout;

/** What arenas and pools do when the process may have little address space (run under RLIMIT_AS). */
final class LittleRoom {
    private LittleRoom() {}

    public static void main(String[] args) {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(64L << 30).atLeast(1 << 20))) {
            ArenaStats stats = arena.stats();
            System.out.println("arena " + stats.reservedBytes() + " of " + stats.wishedBytes());
            arena.allocate(1 << 20, 8).set(ValueLayout.JAVA_INT, 4096, 1);
        }
        System.gc();
        try (BlockPool pool = BlockPool.open("pool", 576, 64L << 30)) {
            System.out.println("pool " + pool.limitBytes() + " " + Long.bitCount(pool.limitBytes()));
            pool.segment(pool.take()).fill((byte) 1);
        }
        try {
            VmapArena.open(ArenaOptions.reserving(64L << 30).atLeast(64L << 30).named("greedy"));
        } catch (AddressSpaceException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }
}
