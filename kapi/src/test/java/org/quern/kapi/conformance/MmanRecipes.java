package org.quern.kapi.conformance;

import java.util.List;

import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Memfd;
import org.quern.kapi.linux.Mlock;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Resource;

import static org.quern.kapi.conformance.Kernel.ANON;
import static org.quern.kapi.conformance.Kernel.BAD;
import static org.quern.kapi.conformance.Kernel.NO_FD;
import static org.quern.kapi.conformance.Kernel.PAGE;
import static org.quern.kapi.conformance.Kernel.RW;
import static org.quern.kapi.conformance.Kernel.expect;
import static org.quern.kapi.conformance.Kernel.require;
import static org.quern.kapi.conformance.Recipe.anyone;
import static org.quern.kapi.conformance.Recipe.user;

/** mmap, munmap, mprotect, madvise, mincore. */
final class MmanRecipes {
    private static final long TOP = -PAGE;
    private static final int FIXED = ANON | Mman.MAP_FIXED;
    private static final int UNKNOWN_FLAG = 0x800000;
    private static final int HUGE_1_MIB = 20 << 26;
    private static final int GROWS_BOTH_WAYS = 0x3000000;
    private static final long HUGE = 2L << 20;

    private MmanRecipes() {}

    static final List<Recipe> ALL = List.of(
            anyone("mmap-empty", k -> k.call(Mman.MMAP, 0L, 0L, RW, ANON, -1, 0L)),
            anyone("mmap-no-sharing", k -> k.call(Mman.MMAP, 0L, PAGE, RW, Mman.MAP_ANONYMOUS, -1, 0L)),
            anyone("mmap-unaligned-offset",
                    k -> k.call(Mman.MMAP, 0L, PAGE, RW, Mman.MAP_SHARED, k.memfd(0, PAGE), 1L)),
            anyone("mmap-unaligned-address", k -> k.call(Mman.MMAP, k.unmapped() + 1, PAGE, RW, FIXED, -1, 0L)),
            anyone("mmap-huge-size",
                    k -> k.call(Mman.MMAP, 0L, HUGE, RW, ANON | Mman.MAP_HUGETLB | HUGE_1_MIB, -1, 0L)),
            anyone("mmap-bad-fd", k -> k.call(Mman.MMAP, 0L, PAGE, RW, Mman.MAP_SHARED, NO_FD, 0L)),
            anyone("mmap-too-large", k -> k.call(Mman.MMAP, 0L, 1L << 60, RW, ANON, -1, 0L)),
            anyone("mmap-beyond", k -> k.call(Mman.MMAP, 1L << 62, PAGE, RW, FIXED, -1, 0L)),
            anyone("mmap-limit", k -> k.limited(Resource.RLIMIT_DATA, PAGE, () -> mapAndDrop(k, 16L << 20, RW))),
            anyone("mmap-map-count", k -> k.withoutMappings(() -> mapSome(k))),
            anyone("mmap-occupied",
                    k -> k.call(Mman.MMAP, k.pages(1), PAGE, RW, ANON | Mman.MAP_FIXED_NOREPLACE, -1, 0L)),
            anyone("mmap-read-only", k -> k.call(Mman.MMAP, 0L, PAGE, RW, Mman.MAP_SHARED,
                    k.readOnly(k.memfd(0, PAGE)), 0L)),
            anyone("mmap-pipe", k -> k.call(Mman.MMAP, 0L, PAGE, Mman.PROT_READ, Mman.MAP_PRIVATE, k.pipe(), 0L)),
            anyone("mmap-no-exec", k -> k.call(Mman.MMAP, 0L, PAGE, Mman.PROT_READ | Mman.PROT_EXEC, Mman.MAP_PRIVATE,
                    k.open("/proc/self/maps", 0), 0L)),
            anyone("mmap-sealed", k -> {
                int fd = k.memfd(Memfd.MFD_ALLOW_SEALING, PAGE);
                Fcntl.addSeals(fd, Fcntl.F_SEAL_WRITE);
                return k.call(Mman.MMAP, 0L, PAGE, RW, Mman.MAP_SHARED, fd, 0L);
            }),
            user("mmap-low-address", k -> k.call(Mman.MMAP, 0L, PAGE, Mman.PROT_NONE, FIXED, -1, 0L)),
            user("mmap-lock-limit", k -> k.limited(Resource.RLIMIT_MEMLOCK, PAGE, () -> {
                long answer = k.call(Mman.MMAP, 0L, 4 * PAGE, RW, ANON | Mman.MAP_LOCKED, -1, 0L);
                return answer < 0 && answer > -4096 ? answer : Mman.tryMunmap(answer, 4L * PAGE);
            })),
            anyone("mmap-overflow", k -> k.call(Mman.MMAP, 0L, 1L << 32, Mman.PROT_READ, Mman.MAP_SHARED,
                    k.memfd(0, PAGE), Long.MAX_VALUE & -PAGE)),
            anyone("mmap-unknown-flag", k -> k.call(Mman.MMAP, 0L, PAGE, RW,
                    Mman.MAP_SHARED_VALIDATE | UNKNOWN_FLAG, k.memfd(0, PAGE), 0L)),
            anyone("mmap-maps", k -> {
                long address = k.pages(2);
                Kernel.writeByte(address + PAGE, 7);
                expect(Kernel.readByte(address + PAGE) == 7 && Kernel.readByte(address) == 0, "fresh and writable");
                return 0;
            }),

            anyone("munmap-unaligned", k -> k.call(Mman.MUNMAP, k.pages(1) + 1, PAGE)),
            anyone("munmap-beyond", k -> k.call(Mman.MUNMAP, 1L << 62, PAGE)),
            anyone("munmap-split-huge", k -> {
                long huge = require(k.call(Mman.MMAP, 0L, 2 * HUGE, RW,
                        ANON | Mman.MAP_HUGETLB | Mman.MAP_NORESERVE, -1, 0L));
                k.later(() -> Mman.tryMunmap(huge, 2 * HUGE));
                return k.call(Mman.MUNMAP, huge + PAGE, PAGE);
            }),
            anyone("munmap-map-count", k -> {
                long[] address = {k.pages(9), 0};
                return k.withoutMappings(() -> k.call(Mman.MUNMAP, address[0] + (2 * address[1]++ + 1) * PAGE, PAGE));
            }),
            anyone("munmap-unmaps", k -> {
                long address = k.pages(1);
                require(k.call(Mman.MUNMAP, address, 1L));
                expect(k.call(Mman.MINCORE, address, PAGE, k.arena.allocate(1)) < 0, "the whole page is gone");
                return 0;
            }),

            anyone("mprotect-unaligned", k -> k.call(Mman.MPROTECT, k.pages(1) + 1, PAGE, RW)),
            anyone("mprotect-unknown", k -> k.call(Mman.MPROTECT, k.pages(1), PAGE, 0x4000)),
            anyone("mprotect-grows", k -> k.call(Mman.MPROTECT, k.pages(1), PAGE, RW | GROWS_BOTH_WAYS)),
            anyone("mprotect-gap", k -> k.call(Mman.MPROTECT, k.gap(), 3 * PAGE, Mman.PROT_READ)),
            anyone("mprotect-wrap", k -> k.call(Mman.MPROTECT, TOP, 2 * PAGE, RW)),
            anyone("mprotect-map-count", k -> {
                long[] address = {k.pages(9), 0};
                return k.withoutMappings(() -> k.call(Mman.MPROTECT, address[0] + (2 * address[1]++ + 1) * PAGE, PAGE,
                        Mman.PROT_READ));
            }),
            anyone("mprotect-read-only", k -> k.call(Mman.MPROTECT,
                    k.map(1, Mman.PROT_READ, Mman.MAP_SHARED, k.readOnly(k.memfd(0, PAGE))), PAGE, RW)),
            anyone("mprotect-protects", k -> {
                long address = k.pages(1);
                require(k.call(Mman.MPROTECT, address, 1L, Mman.PROT_NONE));
                expect(Mman.tryMadvise(address, PAGE, Mman.MADV_POPULATE_READ) < 0, "not accessible");
                return 0;
            }),

            anyone("madvise-unaligned", k -> k.call(Mman.MADVISE, k.pages(1) + 1, PAGE, Mman.MADV_NORMAL)),
            anyone("madvise-unknown", k -> k.call(Mman.MADVISE, k.pages(1), PAGE, 7777)),
            anyone("madvise-wrap", k -> k.call(Mman.MADVISE, TOP, 2 * PAGE, Mman.MADV_NORMAL)),
            anyone("madvise-locked", k -> {
                long address = k.pages(1);
                Mlock.mlock(address, PAGE);
                return k.call(Mman.MADVISE, address, PAGE, Mman.MADV_DONTNEED);
            }),
            anyone("madvise-free-shared",
                    k -> k.call(Mman.MADVISE, k.map(1, RW, Mman.MAP_SHARED | Mman.MAP_ANONYMOUS, -1), PAGE,
                            Mman.MADV_FREE)),
            anyone("madvise-populate-forbidden",
                    k -> k.call(Mman.MADVISE, k.map(1, Mman.PROT_READ, ANON, -1), PAGE, Mman.MADV_POPULATE_WRITE)),
            anyone("madvise-gap", k -> k.call(Mman.MADVISE, k.gap(), 3 * PAGE, Mman.MADV_DONTNEED)),
            anyone("madvise-remove-private", k -> k.call(Mman.MADVISE,
                    k.map(1, RW, Mman.MAP_PRIVATE, k.memfd(0, PAGE)), PAGE, Mman.MADV_REMOVE)),
            anyone("madvise-populate-beyond", k -> k.call(Mman.MADVISE,
                    k.map(2, RW, Mman.MAP_SHARED, k.memfd(0, PAGE)), 2 * PAGE, Mman.MADV_POPULATE_READ)),
            anyone("madvise-sealed", k -> k.call(Mman.MADVISE, sealed(k), PAGE, Mman.MADV_DONTNEED)),
            anyone("mmap-over-sealed", k -> k.call(Mman.MMAP, sealed(k), PAGE, RW, FIXED, -1, 0L)),
            anyone("munmap-sealed", k -> k.call(Mman.MUNMAP, sealed(k), PAGE)),
            anyone("mprotect-sealed", k -> k.call(Mman.MPROTECT, sealed(k), PAGE, RW)),
            anyone("madvise-drops", k -> {
                long address = k.pages(1);
                Kernel.writeByte(address, 7);
                require(k.call(Mman.MADVISE, address, PAGE, Mman.MADV_DONTNEED));
                expect(Kernel.readByte(address) == 0, "reads as zero");
                return 0;
            }),
            anyone("madvise-populates", k -> {
                long address = k.pages(1);
                expect(!k.resident(address), "absent before");
                require(k.call(Mman.MADVISE, address, PAGE, Mman.MADV_POPULATE_WRITE));
                expect(k.resident(address), "present");
                return 0;
            }),
            anyone("madvise-guards", k -> {
                long address = k.pages(1);
                if (k.call(Mman.MADVISE, address, PAGE, Mman.MADV_GUARD_INSTALL) < 0) {
                    throw new Recipe.Skip("this kernel has no guards");
                }
                expect(Mman.tryMadvise(address, PAGE, Mman.MADV_POPULATE_READ) < 0, "not accessible");
                return k.call(Mman.MADVISE, address, PAGE, Mman.MADV_GUARD_REMOVE);
            }),

            anyone("mincore-unaligned", k -> k.call(Mman.MINCORE, k.pages(1) + 1, PAGE, k.arena.allocate(2))),
            anyone("mincore-gap", k -> k.call(Mman.MINCORE, k.gap(), 3 * PAGE, k.arena.allocate(3))),
            anyone("mincore-bad-vec", k -> k.call(Mman.MINCORE, k.pages(1), PAGE, BAD)),
            anyone("mincore-sees", k -> {
                long address = k.pages(1);
                expect(!k.resident(address), "absent");
                Kernel.writeByte(address, 1);
                expect(k.resident(address), "present");
                return 0;
            }));

    /** A mapping that cannot be changed any more, not even undone. */
    private static long sealed(Kernel k) throws Throwable {
        long address = Mman.mmap(0, PAGE, Mman.PROT_READ, ANON, -1, 0);
        if (k.call(Kernel.MSEAL, address, PAGE, 0L) < 0) {
            Mman.munmap(address, PAGE);
            throw new Recipe.Skip("this kernel has no mseal");
        }
        return address;
    }

    /** Neighbours of different protection, which do not become one mapping; mmap allows one more than a split does. */
    private static long mapSome(Kernel k) throws Throwable {
        long answer = 0;
        for (int i = 0; i < 4 && (answer >= 0 || answer <= -4096); i++) {
            answer = k.call(Mman.MMAP, 0L, PAGE, i % 2 == 0 ? Mman.PROT_EXEC : Mman.PROT_READ, ANON, -1, 0L);
            long address = answer;
            if (address > 0) {
                k.later(() -> Mman.tryMunmap(address, PAGE));
            }
        }
        return answer;
    }

    private static long mapAndDrop(Kernel k, long length, int prot) throws Throwable {
        long answer = k.call(Mman.MMAP, 0L, length, prot, ANON, -1, 0L);
        return answer < 0 && answer > -4096 ? answer : Mman.tryMunmap(answer, length);
    }
}
