package org.quern.kapi.conformance;

import java.util.List;

import org.quern.kapi.CallSpec;
import org.quern.kapi.linux.Mlock;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Resource;

import static org.quern.kapi.conformance.Kernel.PAGE;
import static org.quern.kapi.conformance.Kernel.expect;
import static org.quern.kapi.conformance.Kernel.require;
import static org.quern.kapi.conformance.Recipe.anyone;
import static org.quern.kapi.conformance.Recipe.user;

/** mlock, mlock2, munlock. */
final class MlockRecipes {
    private static final long TOP = -PAGE;

    private MlockRecipes() {}

    static final List<Recipe> ALL = List.of(
            anyone("mlock-gap", k -> k.call(Mlock.MLOCK, k.gap(), 3 * PAGE)),
            anyone("mlock-wrap", k -> k.call(Mlock.MLOCK, TOP, 2 * PAGE)),
            user("mlock-over-limit", k -> overLimit(k, PAGE, Mlock.MLOCK)),
            user("mlock-limit-zero", k -> overLimit(k, 0, Mlock.MLOCK)),
            anyone("mlock-map-count", k -> split(k, Mlock.MLOCK)),
            anyone("mlock-locks", k -> {
                long before = Kernel.status("VmLck");
                long address = k.pages(2);
                require(k.call(Mlock.MLOCK, address + 1, 1L));
                expect(Kernel.status("VmLck") - before == PAGE / 1024, "one page is counted");
                expect(k.resident(address) && !k.resident(address + PAGE), "resident, and only the one");
                expect(Mman.tryMadvise(address, PAGE, Mman.MADV_DONTNEED) < 0, "cannot be dropped");
                return 0;
            }),

            anyone("mlock2-unknown", k -> k.call(Mlock.MLOCK2, k.pages(1), PAGE, 2)),
            anyone("mlock2-gap", k -> k.call(Mlock.MLOCK2, k.gap(), 3 * PAGE, 0)),
            anyone("mlock2-wrap", k -> k.call(Mlock.MLOCK2, TOP, 2 * PAGE, 0)),
            user("mlock2-over-limit", k -> overLimit(k, PAGE, Mlock.MLOCK2)),
            user("mlock2-limit-zero", k -> overLimit(k, 0, Mlock.MLOCK2)),
            anyone("mlock2-map-count", k -> split(k, Mlock.MLOCK2)),
            anyone("mlock2-locks", k -> {
                long address = k.pages(1);
                require(k.call(Mlock.MLOCK2, address, PAGE, Mlock.MLOCK_ONFAULT));
                expect(!k.resident(address), "not before the touch");
                Kernel.writeByte(address, 1);
                expect(Mman.tryMadvise(address, PAGE, Mman.MADV_DONTNEED) < 0, "cannot be dropped");
                return 0;
            }),

            anyone("munlock-gap", k -> k.call(Mlock.MUNLOCK, k.gap(), 3 * PAGE)),
            anyone("munlock-wrap", k -> k.call(Mlock.MUNLOCK, TOP, 2 * PAGE)),
            anyone("munlock-map-count", k -> {
                long address = k.pages(9);
                Mlock.mlock(address, 9L * PAGE);
                long[] next = {1};
                return k.withoutMappings(() -> {
                    long answer = k.call(Mlock.MUNLOCK, address + next[0] * PAGE, PAGE);
                    next[0] += 2;
                    return answer;
                });
            }),
            anyone("munlock-unlocks", k -> {
                long before = Kernel.status("VmLck");
                long address = k.pages(1);
                Mlock.mlock(address, PAGE);
                Mlock.mlock(address, PAGE);
                require(k.call(Mlock.MUNLOCK, address, PAGE));
                expect(Kernel.status("VmLck") == before, "one munlock undoes two mlock");
                return 0;
            }));

    private static long lock(Kernel k, CallSpec call, long address, long length) throws Throwable {
        return call.params().size() == 3 ? k.call(call, address, length, 0) : k.call(call, address, length);
    }

    private static long overLimit(Kernel k, long limit, CallSpec call) throws Throwable {
        long address = k.pages(4);
        long already = Kernel.status("VmLck") * 1024;
        return k.limited(Resource.RLIMIT_MEMLOCK, limit == 0 ? 0 : already + limit, () -> {
            Mlock.tryMunlock(address, 4L * PAGE);
            return lock(k, call, address, 4L * PAGE);
        });
    }

    private static long split(Kernel k, CallSpec call) throws Throwable {
        long address = k.pages(9);
        long[] next = {1};
        return k.withoutMappings(() -> {
            long answer = lock(k, call, address + next[0] * PAGE, PAGE);
            next[0] += 2;
            return answer;
        });
    }
}
