package org.quern.kapi.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quern.kapi.Availability;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.SpecViolationException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The typed methods of userfaultfd; the conformance tests hold its declarations against the kernel. */
class UserfaultTest {
    private static final int PAGE = Unistd.pageSize();
    private int fd;
    private long pages;

    @BeforeEach
    void open() {
        Availability here = Userfault.availability();
        assumeTrue(here.isPresent(), here::reason);
        fd = Userfault.open(Userfault.USER_MODE_ONLY | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK);
        pages = Mman.mmap(0, 3L * PAGE, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
    }

    @AfterEach
    void close() {
        if (pages != 0) {
            Unistd.close(fd);
            Mman.munmap(pages, 3L * PAGE);
        }
    }

    @Test
    void progressSaysHowFarAndWhy() {
        // snippet: progress
        Userfault.api(fd, 0);
        Userfault.register(fd, pages, 3L * PAGE, Userfault.REGISTER_MISSING);
        assertThat(Userfault.zeropage(fd, pages + PAGE, PAGE, 0).isComplete()).isTrue();

        Progress all = Userfault.zeropage(fd, pages, 3L * PAGE, 0); // the middle page is there already
        assertThat(all.isPartial()).isTrue();
        assertThat(all.done()).isEqualTo(PAGE);

        Progress rest = Userfault.zeropage(fd, pages + all.done(), 2L * PAGE, 0); // the next call says why
        assertThat(rest.stoppedBy()).contains(Errno.EEXIST);
        // end: progress
        assertThat(rest.done()).isZero();
        assertThat(rest.isPartial() || rest.isChanging() || rest.isComplete()).isFalse();
    }

    @Test
    void argumentsAreCheckedByTheStructureTheyGoInto() {
        Userfault.api(fd, 0);
        assertViolation(() -> Userfault.register(fd, pages + 1, PAGE, 1),
                "UFFDIO_REGISTER: range.start=0x" + Long.toHexString(pages + 1)
                        + " must be a multiple of the page size");
        assertViolation(() -> Userfault.register(fd, pages, 0, 1), "UFFDIO_REGISTER: range.len=0 must be other than 0");
        assertViolation(() -> Userfault.register(fd, pages, PAGE, 8),
                "UFFDIO_REGISTER: mode=8 must be a combination of MISSING, WP, MINOR");
        assertViolation(() -> Userfault.register(fd, -PAGE, 2L * PAGE, 1), "start + len must not wrap around");
        assertViolation(() -> Userfault.copy(fd, pages, pages, PAGE, 4), "UFFDIO_COPY: mode=4 must be");
        assertViolation(() -> Userfault.tryWriteprotect(fd, pages, PAGE, 3), "without WP and DONTWAKE together");
        assertViolation(() -> Userfault.open(0x40), "userfaultfd: flags=0x40 must be");
    }

    private static void assertViolation(Runnable call, String message) {
        assertThatThrownBy(call::run).isInstanceOf(SpecViolationException.class).hasMessageContaining(message);
    }

    @Test
    void failuresShowTheMembersThatTheCallerFilledIn() {
        assertThatThrownBy(() -> Userfault.register(fd, pages, PAGE, Userfault.REGISTER_MISSING))
                .isInstanceOf(KernelException.class)
                .hasMessageStartingWith("UFFDIO_REGISTER(fd=" + fd
                        + ", argument=uffdio_register{range=uffdio_range{start=0x" + Long.toHexString(pages) + ", len="
                        + PAGE + "}, mode=1}) failed: EINVAL (22, invalid argument): ")
                .hasMessageContaining("the handshake was not made");
    }

    @Test
    void theFeaturesOfTheKernelAreFoundWithoutSpendingADescriptor() {
        long features = Userfault.features();
        assertThat(Userfault.api(fd, 0).features()).isEqualTo(features);
        assertThatThrownBy(() -> Userfault.api(fd, 0)).hasMessageContaining("the handshake was made already");
    }

    @Test
    void nothingToReadIsNotAnError() {
        Userfault.api(fd, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = UserfaultLayouts.UFFD_MSG.allocate(arena);
            assertThat(Unistd.tryRead(fd, message)).isEqualTo(-Errno.EAGAIN.number());
        }
        assertThat(Poll.poll(fd, Poll.POLLIN, 1_000_000)).as("nothing within a millisecond").isZero();
    }

    @Test
    void theDeviceSaysWhetherItMayBeUsed() {
        int byDevice = Userfault.tryOpenByDevice(Userfault.USER_MODE_ONLY | Fcntl.O_CLOEXEC);
        if (byDevice >= 0) {
            assertThat(Userfault.api(byDevice, 0).ioctls()).isEqualTo(0x8000000000000003L);
            Unistd.close(byDevice);
        } else {
            assertThat(Errno.fromNumber(byDevice)).isIn(Errno.EACCES, Errno.ENOENT, Errno.EPERM);
        }
    }
}
