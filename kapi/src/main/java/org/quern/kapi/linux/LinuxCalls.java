package org.quern.kapi.linux;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.quern.kapi.CallSpec;
import org.quern.kapi.Operation;

/** All declared calls. */
@Operation(threads = Operation.Threads.ANY)
public final class LinuxCalls {
    private static final List<CallSpec> ALL = Stream.of(
            List.of(Mman.MMAP, Mman.MUNMAP, Mman.MPROTECT, Mman.MADVISE, Mman.MINCORE),
            List.of(Mlock.MLOCK, Mlock.MLOCK2, Mlock.MUNLOCK),
            List.of(Memfd.MEMFD_CREATE, Memfd.FTRUNCATE),
            List.of(Fcntl.OPENAT, Fcntl.FALLOCATE, Fcntl.ADD_SEALS, Fcntl.GET_SEALS),
            List.of(Unistd.CLOSE, Unistd.READ, Unistd.SYSCONF), List.of(Poll.PPOLL),
            List.of(Sched.SCHED_SETAFFINITY, Sched.SCHED_GETAFFINITY, Sched.GETCPU),
            List.of(Resource.PRLIMIT, Resource.GETRLIMIT), List.of(Pidfd.PIDFD_OPEN, Pidfd.PIDFD_GETFD),
            List.of(Membarrier.MEMBARRIER), List.of(Userfault.USERFAULTFD), UserfaultCommands.ALL,
            List.of(PagemapScan.PAGEMAP_SCAN)).flatMap(List::stream).toList();

    private LinuxCalls() {}

    /**
     * The declarations, grouped by header.
     *
     * @return all of them
     */
    public static List<CallSpec> all() {
        return ALL;
    }

    /**
     * Finds a declaration.
     *
     * @param name as in the manual page
     * @return the declaration, empty if there is none of the name
     */
    public static Optional<CallSpec> find(String name) {
        return ALL.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }
}
