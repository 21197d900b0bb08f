package org.quern.kapi.linux;

import java.util.List;
import java.util.Optional;

import org.quern.kapi.CallSpec;

/** All declared calls. */
public final class LinuxCalls {
    private static final List<CallSpec> ALL = List.of(Mman.MMAP, Mman.MUNMAP, Mman.MPROTECT, Mman.MADVISE,
            Mlock.MLOCK,
            Memfd.MEMFD_CREATE, Memfd.FTRUNCATE, Unistd.CLOSE, Unistd.SYSCONF, Sched.SCHED_SETAFFINITY,
            Sched.SCHED_GETAFFINITY, Sched.GETCPU);

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
