package org.quern.kapi.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Errno;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;
import org.quern.kapi.raw.RawMemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What surprises about these calls, as facts: where success means nothing was done, where failure left something done,
 * and where the kernel ignores what it does not know. A kernel that behaves otherwise fails here, and the declaration's
 * notes must be changed.
 */
class TrapsTest {
    private static final int PAGE = Unistd.pageSize();
    private static final int RW = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int ANON = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    private final List<Runnable> undo = new ArrayList<>();

    @AfterEach
    void giveBack() {
        undo.reversed().forEach(Runnable::run);
    }

    /** The kernel's own answer. */
    private static long raw(CallSpec spec, Object... arguments) throws Throwable {
        return (long) NativeCall.bind(MethodHandles.lookup(), spec, false).handle().invokeWithArguments(arguments);
    }

    private long pages(int count) {
        long address = Mman.mmap(0, (long) count * PAGE, RW, ANON, -1, 0);
        undo.add(() -> Mman.tryMunmap(address, (long) count * PAGE));
        return address;
    }

    private long gap() {
        long address = pages(3);
        Mman.munmap(address + PAGE, PAGE);
        return address;
    }

    private int memfd(long size) {
        int fd = Memfd.create("", Memfd.MFD_CLOEXEC); // the empty name is a name
        undo.add(() -> Unistd.close(fd));
        Memfd.truncate(fd, size);
        return fd;
    }

    private static void write(long address, int value) {
        // Safe because the tests give only addresses that they have mapped.
        RawMemory.EVERYTHING.set(ValueLayout.JAVA_BYTE, address, (byte) value);
    }

    private static int read(long address) {
        // Safe because the tests give only addresses that they have mapped.
        return RawMemory.EVERYTHING.get(ValueLayout.JAVA_BYTE, address);
    }

    private static long locked() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(l -> l.startsWith("VmLck:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")) * 1024).findFirst().orElseThrow();
    }

    @Test
    void lockingEverythingSucceedsAndLocksNothing() throws Throwable {
        long before = locked();
        long page = pages(1);
        assertThat(raw(Mlock.MLOCK, page, -1L)).isZero();
        assertThat(raw(Mlock.MUNLOCK, page, -1L)).isZero();
        assertThat(locked()).isEqualTo(before);
        // snippet: mlock-wraps
        assertThatThrownBy(() -> Mlock.mlock(page, -1)).isInstanceOf(SpecViolationException.class)
                .hasMessage("mlock: len=-1 must be at least 0");
        assertThatThrownBy(() -> Mlock.mlock(page, Long.MAX_VALUE - PAGE)).hasMessageContaining("failed: ENOMEM");
        assertThatThrownBy(() -> Mlock.munlock(-1, 1)).isInstanceOf(SpecViolationException.class)
                .hasMessageContaining("rounded up to a page, must not wrap around");
        // end: mlock-wraps
    }

    @Test
    void lockingAGapLeavesTheFirstPartLocked() throws Throwable {
        long before = locked();
        assertThat(Mlock.tryMlock(gap(), 3L * PAGE)).isEqualTo(-Errno.ENOMEM.number());
        assertThat(locked()).as("the part before the gap, not the one behind it").isEqualTo(before + PAGE);
    }

    @Test
    void lockingWhatCannotBeTouchedIsOutOfMemory() {
        long page = pages(1);
        Mman.mprotect(page, PAGE, Mman.PROT_NONE);
        assertThat(Mlock.tryMlock(page, PAGE)).isEqualTo(-Errno.ENOMEM.number());
        long beyond = Mman.mmap(0, 2L * PAGE, RW, Mman.MAP_SHARED, memfd(PAGE), 0);
        undo.add(() -> Mman.tryMunmap(beyond, 2L * PAGE));
        assertThat(Mlock.tryMlock(beyond, 2L * PAGE)).as("beyond the file's end").isEqualTo(-Errno.ENOMEM.number());
    }

    @Test
    void lockingNothingSucceedsAnywhere() {
        assertThat(Mlock.tryMlock(PAGE, 0)).isZero();
        assertThat(Mlock.tryMunlock(PAGE, 0)).isZero();
    }

    @Test
    void locksDoNotAddUp() throws Throwable {
        long before = locked();
        long page = pages(1);
        Mlock.mlock(page + 17, 1);
        Mlock.mlock(page, PAGE);
        assertThat(locked()).isEqualTo(before + PAGE);
        Mlock.munlock(page, PAGE);
        assertThat(locked()).isEqualTo(before);
    }

    @Test
    void protectingAGapLeavesTheFirstPartProtected() {
        long address = gap();
        assertThat(Mman.tryMprotect(address, 3L * PAGE, Mman.PROT_NONE)).isEqualTo(-Errno.ENOMEM.number());
        assertThat(Mman.tryMadvise(address, PAGE, Mman.MADV_POPULATE_READ)).as("before the gap").isNegative();
        assertThat(Mman.tryMadvise(address + 2L * PAGE, PAGE, Mman.MADV_POPULATE_READ)).as("behind it").isZero();
    }

    @Test
    void advisingAcrossAGapIsDoneOnBothSides() {
        long address = gap();
        write(address, 1);
        write(address + 2L * PAGE, 1);
        assertThat(Mman.tryMadvise(address, 3L * PAGE, Mman.MADV_DONTNEED)).isEqualTo(-Errno.ENOMEM.number());
        assertThat(read(address)).isZero();
        assertThat(read(address + 2L * PAGE)).as("behind the gap too").isZero();
    }

    @Test
    void unmappingHolesIsFine() {
        assertThat(Mman.tryMunmap(gap(), 3L * PAGE)).isZero();
    }

    @Test
    void theKernelIgnoresBitsOfMmapThatItDoesNotKnow() throws Throwable {
        for (int[] bits : new int[][]{{RW | 0x4000, ANON}, {RW, ANON | 0x800000}}) {
            long address = raw(Mman.MMAP, 0L, PAGE, bits[0], bits[1], -1, 0L);
            assertThat(Errno.isError(address)).isFalse();
            Mman.munmap(address, PAGE);
            assertThatThrownBy(() -> Mman.mmap(0, PAGE, bits[0], bits[1], -1, 0))
                    .isInstanceOf(SpecViolationException.class);
        }
    }

    @Test
    void fixedMappingsReplaceSilently() {
        long page = pages(1);
        write(page, 7);
        Mman.mmap(page, PAGE, RW, ANON | Mman.MAP_FIXED, -1, 0);
        assertThat(read(page)).isZero();
    }

    @Test
    void emptyRangesOfAdviceAndProtectionSucceed() {
        assertThat(Mman.tryMadvise(PAGE, 0, Mman.MADV_DONTNEED)).isZero();
        assertThat(Mman.tryMprotect(PAGE, 0, RW)).isZero();
    }

    @Test
    void theKernelSaysHowManyBytesOfAffinityItWrote() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(1024).fill((byte) 0x55);
            long bytes = raw(Sched.SCHED_GETAFFINITY, 0, 1024L, mask);
            assertThat(bytes).isBetween(8L, 1024L).isEqualTo(bytes / 8 * 8);
            assertThat(mask.get(ValueLayout.JAVA_BYTE, 1023)).as("what is behind them stays").isEqualTo((byte) 0x55);
            MemorySegment oneByte = arena.allocate(1);
            oneByte.set(ValueLayout.JAVA_BYTE, 0, (byte) (1 << Sched.getAffinity(0).nextSetBit(0)));
            java.util.BitSet before = Sched.getAffinity(0);
            assumeTrue(before.nextSetBit(0) < 8);
            assertThat(raw(Sched.SCHED_SETAFFINITY, 0, 1L, oneByte)).as("short masks are extended").isZero();
            Sched.setAffinity(0, before);
        }
    }

    @Test
    void getcpuTakesNullForWhatIsNotWanted() throws Throwable {
        assertThat(raw(Sched.GETCPU, MemorySegment.NULL, MemorySegment.NULL)).isZero();
    }

    @Test
    void membarrierAnswersAQueryWithASet() {
        assumeTrue(Membarrier.availability(Membarrier.QUERY).isPresent());
        int known = Membarrier.membarrier(Membarrier.QUERY);
        assertThat(known & Membarrier.GLOBAL).as("GLOBAL is everywhere").isNotZero();
        assertThatThrownBy(() -> Membarrier.membarrier(Membarrier.PRIVATE_EXPEDITED | Membarrier.GLOBAL))
                .isInstanceOf(SpecViolationException.class).hasMessageContaining("must be one of QUERY");
        assertThat(Membarrier.availability(Membarrier.GET_REGISTRATIONS).isPresent())
                .isEqualTo((known & Membarrier.GET_REGISTRATIONS) != 0);
    }

    @Test
    void aFailedCheckOfAScanHasProtectedPartOfTheRange() {
        assumeTrue(PagemapScan.availability().isPresent());
        long needed = Userfault.FEATURE_WP_ASYNC | Userfault.FEATURE_PAGEFAULT_FLAG_WP;
        assumeTrue((Userfault.features() & needed) == needed);
        long address = pages(2);
        write(address, 1);
        write(address + PAGE, 1);
        int uffd = Userfault.open(Userfault.USER_MODE_ONLY | Fcntl.O_CLOEXEC);
        undo.add(() -> Unistd.close(uffd));
        Userfault.api(uffd, needed);
        Userfault.register(uffd, address, PAGE, Userfault.REGISTER_WP);
        int pagemap = Fcntl.open("/proc/self/pagemap", Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        undo.add(() -> Unistd.close(pagemap));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = PagemapScan.argument(arena);
            MemorySegment vec = PagemapLayouts.PAGE_REGION.allocate(arena);
            PagemapLayouts.START.set(argument, address);
            PagemapLayouts.END.set(argument, address + 2L * PAGE);
            PagemapLayouts.VEC.set(argument, vec.address());
            PagemapLayouts.VEC_LEN.set(argument, 1);
            PagemapLayouts.CATEGORY_MASK.set(argument, PagemapScan.PAGE_IS_WRITTEN);
            PagemapLayouts.RETURN_MASK.set(argument, PagemapScan.PAGE_IS_WRITTEN);
            PagemapLayouts.FLAGS.set(argument, PagemapScan.PM_SCAN_WP_MATCHING | PagemapScan.PM_SCAN_CHECK_WPASYNC);
            assertThat(PagemapScan.tryScan(pagemap, argument)).isEqualTo(-Errno.EPERM.number());
            assertThat(PagemapLayouts.REGION_START.get(vec)).as("the region was written all the same")
                    .isEqualTo(address);
            PagemapLayouts.FLAGS.set(argument, 0);
            PagemapLayouts.END.set(argument, address + PAGE);
            assertThat(PagemapScan.scan(pagemap, argument)).as("and its page protected").isZero();
        }
    }

    @Test
    void registeringSkipsHolesAndReplacesTheMode() {
        assumeTrue(Userfault.availability().isPresent());
        int uffd = Userfault.open(Userfault.USER_MODE_ONLY | Fcntl.O_CLOEXEC);
        undo.add(() -> Unistd.close(uffd));
        Userfault.api(uffd, 0);
        long address = gap();
        Userfault.register(uffd, address, 3L * PAGE, Userfault.REGISTER_MISSING);
        assertThat(Userfault.zeropage(uffd, address + 2L * PAGE, PAGE, 0)).as("behind the hole")
                .isEqualTo(new Progress(PAGE, 0));
        Userfault.register(uffd, address, PAGE, Userfault.REGISTER_MISSING);
    }
}
