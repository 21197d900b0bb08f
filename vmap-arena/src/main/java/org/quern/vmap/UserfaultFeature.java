package org.quern.vmap;

import java.util.EnumSet;
import java.util.Set;

import org.quern.kapi.Operation;
import org.quern.kapi.linux.Userfault;

/** What a kernel's userfaultfd can do; ioctl_userfaultfd(2). A feature that is asked for and missing refuses the descriptor. */
@Operation(threads = Operation.Threads.ANY)
public enum UserfaultFeature {
    /** Write protection of anonymous memory. Linux 5.7. */
    PAGEFAULT_FLAG_WP(Userfault.FEATURE_PAGEFAULT_FLAG_WP),
    /** Follow fork; needs CAP_SYS_PTRACE. Linux 4.11. */
    EVENT_FORK(Userfault.FEATURE_EVENT_FORK),
    /** Report mremap. Linux 4.11. */
    EVENT_REMAP(Userfault.FEATURE_EVENT_REMAP),
    /** Report MADV_DONTNEED and MADV_REMOVE; who calls them waits until the event is read. Linux 4.11. */
    EVENT_REMOVE(Userfault.FEATURE_EVENT_REMOVE),
    /** Missing faults of hugetlbfs; only informs. Linux 4.11. */
    MISSING_HUGETLBFS(Userfault.FEATURE_MISSING_HUGETLBFS),
    /** Missing faults of shared memory; only informs. Linux 4.11. */
    MISSING_SHMEM(Userfault.FEATURE_MISSING_SHMEM),
    /** Report munmap. Linux 4.11. */
    EVENT_UNMAP(Userfault.FEATURE_EVENT_UNMAP),
    /** No messages: the access gets SIGBUS, a system call EFAULT. Linux 4.14. */
    SIGBUS(Userfault.FEATURE_SIGBUS),
    /** Messages name the thread. Linux 4.14. */
    THREAD_ID(Userfault.FEATURE_THREAD_ID),
    /** Minor faults of hugetlbfs. Linux 5.13. */
    MINOR_HUGETLBFS(Userfault.FEATURE_MINOR_HUGETLBFS),
    /** Minor faults of shared memory. Linux 5.14. */
    MINOR_SHMEM(Userfault.FEATURE_MINOR_SHMEM),
    /** Messages name the exact address, not the page. Linux 5.18. */
    EXACT_ADDRESS(Userfault.FEATURE_EXACT_ADDRESS),
    /** Write protection of shared memory. Linux 5.19. */
    WP_HUGETLBFS_SHMEM(Userfault.FEATURE_WP_HUGETLBFS_SHMEM),
    /** Protecting a page that was never touched sticks. Linux 6.4. */
    WP_UNPOPULATED(Userfault.FEATURE_WP_UNPOPULATED),
    /** Poison. Linux 6.6. */
    POISON(Userfault.FEATURE_POISON),
    /** The kernel lifts protection itself, without a message; switches WP_UNPOPULATED on. Linux 6.7. */
    WP_ASYNC(Userfault.FEATURE_WP_ASYNC),
    /** Moving pages. Linux 6.8. */
    MOVE(Userfault.FEATURE_MOVE);

    private final long bit;

    UserfaultFeature(long bit) {
        this.bit = bit;
    }

    long bit() {
        return bit;
    }

    static Set<UserfaultFeature> of(long bits) {
        Set<UserfaultFeature> features = EnumSet.noneOf(UserfaultFeature.class);
        for (UserfaultFeature feature : values()) {
            if ((bits & feature.bit()) != 0) {
                features.add(feature);
            }
        }
        return features;
    }

    static long bits(Set<UserfaultFeature> features) {
        long bits = 0;
        for (UserfaultFeature feature : features) {
            bits |= feature.bit();
        }
        return bits;
    }
}
