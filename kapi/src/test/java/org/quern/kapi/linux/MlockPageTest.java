package org.quern.kapi.linux;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quern.kapi.ReferencePage;

import static org.assertj.core.api.Assertions.assertThat;

/** The page of mlock says everything that a complete specification of mlock says. */
class MlockPageTest {
    private static final String PAGE = ReferencePage.of(Mlock.MLOCK).plain();

    @ParameterizedTest
    @ValueSource(strings = {"mlock - Make a range of pages resident and keep it resident.", "sys_mlock", "version  1",
            "Linux 2.0", "process, sleepable", "int mlock(unsigned long start, size_t len)",
            "start  need not be aligned; rounded down to its page\n      address, in",
            "len  end is rounded up to a page; 0 succeeds without effect\n      size, in\n      must be at least 0",
            "0, unless one of the listed errors", "ENOMEM  part of the range is unmapped, or has gaps",
            "ENOMEM  locking would split mappings beyond the allowed number",
            "ENOMEM  unprivileged and locked total would exceed a non-zero RLIMIT_MEMLOCK",
            "EPERM  unprivileged and RLIMIT_MEMLOCK is 0", "EINVAL  start plus len wraps around",
            "EAGAIN  some or all of the range could not be locked",
            "EINTR  a fatal signal arrived before completion",
            "EFAULT  the range contains addresses that cannot be accessed", "mmap_lock  rwlock, write, internal",
            "fatal only  receive: return with EINTR", "timing: during, priority 0, interrupts, not restartable",
            "points: waiting for the map lock; populating pages", "state must be: running",
            "non-fatal signals do not interrupt",
            "process memory  pages made resident and exempt from swap\n      sorts: alloc-memory, modify-state\n"
                    + "      reversible",
            "locked-memory counter of the process  increased by newly locked pages\n      sorts: modify-state\n"
                    + "      reversible",
            "physical pages and page tables", "when: not yet present\n      reversible",
            "page faults  populated as if touched", "when: not resident", "mappings  split at the borders",
            "when: range covers a mapping only partly", "pages  swappable -> locked in RAM",
            "mapping flag  unlocked -> locked", "CAP_IPC_LOCK  bypass-check: locking without RLIMIT_MEMLOCK",
            "number 14", "without it: the limit applies", "checked: when the limit is 0 or would be exceeded",
            "priority 0", "memory lock limit  locked + newly_locked <= RLIMIT_MEMLOCK || CAP_IPC_LOCK",
            "soft limit in bytes, per process; already locked pages of the range are not counted twice",
            "not prevented; locking too much can push the system into OOM handling",
            "silently skipped, without error: device and raw-frame mappings, hugetlb (inherently resident), DAX, "
                    + "secret memory, droppable memory, gate page, already locked areas",
            "mlock(addr, 4096)  locks one page", "mlock(addr, n)  locks every page touched by the n bytes",
            "locks do not stack; one munlock undoes any number of mlock",
            "not inherited by fork children, removed on exec",
            "works on whole pages; two phases, mark mappings then populate",
            "pages may still be written out by suspend to disk", "address tags are removed automatically",
            "left by a failure: the part of the range before a gap stays locked"})
    void says(String item) {
        assertThat(PAGE).contains(item);
    }
}
