package org.quern.vmap;

import java.util.List;

import org.quern.kapi.linux.Resource;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Meets the limit of locked memory, in a process without privilege. */
final class ForkedLock {
    private static final List<String> NOBODY = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            "--");

    private ForkedLock() {}

    static String run() throws Exception {
        ForkedJvm.Outcome outcome;
        try {
            outcome = ForkedJvm.run(NOBODY, List.of(), ForkedLock.class);
        } catch (java.io.IOException e) {
            outcome = new ForkedJvm.Outcome(127, e.toString());
        }
        assumeTrue(outcome.output().contains("began"), "no process without privilege: " + outcome);
        return outcome.output();
    }

    public static void main(String[] args) {
        System.out.println("began");
        VmapArena arena = VmapArena.open(ArenaOptions.reserving(1 << 24).on(BackEnd.LINUX));
        PageRange range = arena.allocatePages(64);
        long page = range.bytes() / 64;
        LockLimit start = MemoryLock.limit();
        limit(start.lockedBytes() + 8 * page, start.hardBytes());
        MemoryLock lock = (MemoryLock) MemoryLock.tryLock(arena, range, 20, 2, MemoryLock.Mode.NOW);
        System.out.println(MemoryLock.tryLock(arena, range, 16, 32, MemoryLock.Mode.NOW));
        System.out.println(MemoryLock.tryLock(arena, range, 16, 32, MemoryLock.Mode.ON_FAULT));
        System.out.println("kept " + (MemoryLock.limit().lockedBytes() - start.lockedBytes()) / page + " pages");
        limit(0, start.hardBytes());
        System.out.println(MemoryLock.tryLock(arena, range, 0, 1, MemoryLock.Mode.NOW));
        lock.close();
        arena.close();
    }

    private static void limit(long soft, long hard) {
        Resource.setLimits(0, Resource.RLIMIT_MEMLOCK,
                new Resource.Limits(soft, hard == Long.MAX_VALUE ? Resource.RLIM_INFINITY : hard));
    }
}
