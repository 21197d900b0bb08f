package org.quern.kapi.conformance;

import java.io.File;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;

import org.quern.kapi.Errno;
import org.quern.kapi.Linkage;
import org.quern.kapi.linux.Membarrier;
import org.quern.kapi.linux.Pidfd;
import org.quern.kapi.linux.Resource;
import org.quern.kapi.linux.Sched;

import static org.quern.kapi.conformance.Kernel.BAD;
import static org.quern.kapi.conformance.Kernel.NO_FD;
import static org.quern.kapi.conformance.Kernel.PAGE;
import static org.quern.kapi.conformance.Kernel.expect;
import static org.quern.kapi.conformance.Kernel.require;
import static org.quern.kapi.conformance.Recipe.anyone;
import static org.quern.kapi.conformance.Recipe.user;

/** Processes and threads: affinity, getcpu, limits, pidfd, membarrier. */
final class ProcessRecipes {
    private static final int INIT = 1;
    private static final int NOBODY_HAS_IT = Integer.MAX_VALUE;
    private static final int UNKNOWN_RESOURCE = 99;

    private ProcessRecipes() {}

    static final List<Recipe> ALL = List.of(
            anyone("sched_setaffinity-absent",
                    k -> k.call(Sched.SCHED_SETAFFINITY, 0, 8192L, k.arena.allocate(8192))),
            anyone("sched_setaffinity-empty", k -> k.call(Sched.SCHED_SETAFFINITY, 0, 0L, k.arena.allocate(8))),
            anyone("sched_setaffinity-none", k -> k.call(Sched.SCHED_SETAFFINITY, NOBODY_HAS_IT, 8L, k.longs(1))),
            user("sched_setaffinity-foreign", k -> k.call(Sched.SCHED_SETAFFINITY, INIT, 8L, k.longs(-1))),
            anyone("sched_setaffinity-bad-pointer", k -> k.call(Sched.SCHED_SETAFFINITY, 0, 8L, BAD)),
            anyone("sched_setaffinity-pins", k -> {
                BitSet before = Sched.getAffinity(0);
                k.later(() -> Sched.setAffinity(0, before));
                BitSet one = new BitSet();
                one.set(before.nextSetBit(0));
                Sched.setAffinity(0, one);
                expect(Sched.getAffinity(0).equals(one) && Sched.currentCpu() == before.nextSetBit(0), "pinned");
                return 0;
            }),
            anyone("sched_getaffinity-small", k -> k.call(Sched.SCHED_GETAFFINITY, 0, 0L, k.arena.allocate(8))),
            anyone("sched_getaffinity-odd", k -> k.call(Sched.SCHED_GETAFFINITY, 0, 1025L, k.arena.allocate(1025))),
            anyone("sched_getaffinity-none",
                    k -> k.call(Sched.SCHED_GETAFFINITY, NOBODY_HAS_IT, 1024L, k.arena.allocate(1024))),
            anyone("sched_getaffinity-bad-pointer", k -> k.call(Sched.SCHED_GETAFFINITY, 0, 1024L, BAD)),
            anyone("getcpu-bad-pointer",
                    k -> k.call(Kernel.via(Sched.GETCPU, Linkage.syscall(309, 168)), BAD, MemorySegment.NULL)),

            anyone("prlimit-bad-pointer", k -> k.call(Resource.PRLIMIT, 0, Resource.RLIMIT_CORE, BAD,
                    MemorySegment.NULL)),
            anyone("prlimit-unknown", k -> k.call(Resource.PRLIMIT, 0, UNKNOWN_RESOURCE, MemorySegment.NULL,
                    MemorySegment.NULL)),
            anyone("prlimit-soft-above-hard", k -> k.call(Resource.PRLIMIT, 0, Resource.RLIMIT_CORE, k.longs(2, 1),
                    MemorySegment.NULL)),
            user("prlimit-raise", k -> {
                require(Resource.trySetLimits(0, Resource.RLIMIT_CORE, new Resource.Limits(0, 0)));
                return k.call(Resource.PRLIMIT, 0, Resource.RLIMIT_CORE, k.longs(0, 1), MemorySegment.NULL);
            }),
            user("prlimit-foreign", k -> k.call(Resource.PRLIMIT, INIT, Resource.RLIMIT_CORE, MemorySegment.NULL,
                    k.longs(0, 0))),
            anyone("prlimit-none", k -> k.call(Resource.PRLIMIT, NOBODY_HAS_IT, Resource.RLIMIT_CORE,
                    MemorySegment.NULL, k.longs(0, 0))),
            anyone("prlimit-sets", k -> {
                Resource.Limits before = Resource.limits(Resource.RLIMIT_CORE);
                Resource.Limits none = new Resource.Limits(0, before.hard());
                expect(Resource.setLimits(0, Resource.RLIMIT_CORE, none).equals(before), "answers the old limit");
                expect(Resource.limits(Resource.RLIMIT_CORE).equals(none), "the new limit applies");
                return Resource.trySetLimits(0, Resource.RLIMIT_CORE, before);
            }),
            anyone("getrlimit-bad-pointer", k -> k.call(Resource.GETRLIMIT, Resource.RLIMIT_CORE, BAD)),
            anyone("getrlimit-unknown", k -> k.call(Resource.GETRLIMIT, UNKNOWN_RESOURCE, k.longs(0, 0))),

            anyone("pidfd_open-zero", k -> k.call(Pidfd.PIDFD_OPEN, 0, 0)),
            anyone("pidfd_open-thread", ProcessRecipes::thread),
            anyone("pidfd_open-none", k -> k.call(Pidfd.PIDFD_OPEN, NOBODY_HAS_IT, 0)),
            anyone("pidfd_open-too-many", k -> k.withoutDescriptors(() -> k.call(Pidfd.PIDFD_OPEN, self(), 0))),
            anyone("pidfd_open-opens", k -> k.owned((int) k.call(Pidfd.PIDFD_OPEN, self(), 0))),
            anyone("pidfd_getfd-bad-fd", k -> k.call(Pidfd.PIDFD_GETFD, NO_FD, 0, 0)),
            anyone("pidfd_getfd-bad-target", k -> k.call(Pidfd.PIDFD_GETFD, pidfd(k, self()), NO_FD, 0)),
            anyone("pidfd_getfd-flags", k -> k.call(Pidfd.PIDFD_GETFD, pidfd(k, self()), 0, 1)),
            anyone("pidfd_getfd-ended", k -> {
                Process process = new ProcessBuilder("sleep", "30").start();
                int fd = pidfd(k, (int) process.pid());
                process.destroyForcibly().waitFor();
                return k.call(Pidfd.PIDFD_GETFD, fd, 0, 0);
            }),
            user("pidfd_getfd-denied", k -> k.call(Pidfd.PIDFD_GETFD, pidfd(k, INIT), 0, 0)),
            anyone("pidfd_getfd-too-many", k -> {
                int self = pidfd(k, self());
                int file = k.memfd(0, PAGE);
                return k.withoutDescriptors(() -> k.call(Pidfd.PIDFD_GETFD, self, file, 0));
            }),
            anyone("pidfd_getfd-shares", k -> {
                int file = k.memfd(0, PAGE);
                int copy = k.owned((int) k.call(Pidfd.PIDFD_GETFD, pidfd(k, self()), file, 0));
                org.quern.kapi.linux.Memfd.truncate(copy, 3L * PAGE);
                expect(java.nio.file.Files.size(java.nio.file.Path.of("/proc/self/fd/" + file)) == 3L * PAGE,
                        "one file");
                return 0;
            }),

            anyone("membarrier-combined", k -> k.call(Membarrier.MEMBARRIER, 3, 0, 0)),
            anyone("membarrier-flags", k -> k.call(Membarrier.MEMBARRIER, Membarrier.GLOBAL, 1, 0)),
            anyone("membarrier-unregistered", k -> {
                if (!Membarrier.availability(Membarrier.PRIVATE_EXPEDITED_SYNC_CORE).isPresent()) {
                    throw new Recipe.Skip("this kernel has no PRIVATE_EXPEDITED_SYNC_CORE");
                }
                return k.call(Membarrier.MEMBARRIER, Membarrier.PRIVATE_EXPEDITED_SYNC_CORE, 0, 0);
            }),
            anyone("membarrier-registers", k -> {
                int known = Membarrier.membarrier(Membarrier.QUERY);
                expect((known & Membarrier.PRIVATE_EXPEDITED) != 0, "the kernel has PRIVATE_EXPEDITED");
                Membarrier.membarrier(Membarrier.REGISTER_PRIVATE_EXPEDITED);
                return Membarrier.membarrier(Membarrier.PRIVATE_EXPEDITED);
            }));

    private static int self() {
        return (int) ProcessHandle.current().pid();
    }

    private static int pidfd(Kernel k, int pid) {
        return k.owned(Pidfd.tryOpen(pid, 0));
    }

    /** A thread of this process that is not its first. */
    private static long thread(Kernel k) throws Throwable {
        for (String task : new File("/proc/self/task").list()) {
            int tid = Integer.parseInt(task);
            if (tid != self()) {
                long answer = k.call(Pidfd.PIDFD_OPEN, tid, 0);
                if (answer == -Errno.EINVAL.number()) {
                    throw new Recipe.Skip("this kernel answers EINVAL, as older ones do");
                }
                return answer;
            }
        }
        throw new Recipe.Skip("a JVM of one thread");
    }
}
