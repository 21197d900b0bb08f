package org.quern.kapi.linux;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.BitSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.UnspecifiedErrnoException;
import org.quern.kapi.bind.NativeCall;
import org.quern.kapi.raw.RawMemory;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quern.kapi.linux.Mman.MADV_DONTNEED;
import static org.quern.kapi.linux.Mman.MADV_POPULATE_WRITE;
import static org.quern.kapi.linux.Mman.MAP_ANONYMOUS;
import static org.quern.kapi.linux.Mman.MAP_FIXED_NOREPLACE;
import static org.quern.kapi.linux.Mman.MAP_NORESERVE;
import static org.quern.kapi.linux.Mman.MAP_PRIVATE;
import static org.quern.kapi.linux.Mman.MAP_SHARED;
import static org.quern.kapi.linux.Mman.PROT_NONE;
import static org.quern.kapi.linux.Mman.PROT_READ;
import static org.quern.kapi.linux.Mman.PROT_WRITE;

class LinuxCallsTest {
    static final java.util.List<CallSpec> SPECS = LinuxCalls.all();
    private static final int PAGE = Unistd.pageSize();
    private static final int RW = PROT_READ | PROT_WRITE;
    private static final int ANON = MAP_PRIVATE | MAP_ANONYMOUS;

    @ParameterizedTest
    @FieldSource("SPECS")
    void everyDeclarationBindsAndIsDocumented(CallSpec spec) {
        assertThat(NativeCall.bind(MethodHandles.lookup(), spec).availability().isPresent()).as(spec.name()).isTrue();
        assertThat(spec.params()).allSatisfy(p -> assertThat(p.text()).as(spec.name() + "." + p.name()).isNotBlank());
        assertThat(spec.errors()).isNotEmpty();
        assertThat(LinuxCalls.find(spec.name())).contains(spec);
    }

    /** Headers of the constants whose names do not begin with that of their class. */
    private static final java.util.Map<String, Class<?>> HOMES = java.util.Map.ofEntries(entry("_SC_", Unistd.class),
            entry("MFD_", Memfd.class), entry("O_", Fcntl.class), entry("F_SEAL_", Fcntl.class),
            entry("FALLOC_", Fcntl.class), entry("MLOCK_", Mlock.class), entry("RLIMIT_", Resource.class),
            entry("PIDFD_", Pidfd.class), entry("UFFD_", Userfault.class), entry("PROT_", Mman.class),
            entry("MAP_", Mman.class), entry("MADV_", Mman.class));

    @Test
    void constantsMatchTheirNames() throws IllegalAccessException {
        int checked = 0;
        for (CallSpec spec : SPECS) {
            for (var param : spec.params()) {
                for (var constant : param.constants().entries()) {
                    Class<?> home = HOMES.entrySet().stream().filter(e -> constant.name().startsWith(e.getKey()))
                            .<Class<?>>map(java.util.Map.Entry::getValue).findFirst().orElse(Membarrier.class);
                    String field = constant.name().replaceFirst("^_", "").replaceFirst("^UFFD_", "");
                    assertThat(constantOf(home, field)).as(constant.name()).isEqualTo(constant.value());
                    checked++;
                }
            }
        }
        assertThat(checked).isGreaterThan(100);
    }

    private static long constantOf(Class<?> home, String field) throws IllegalAccessException {
        try {
            return home.getField(field).getInt(null);
        } catch (NoSuchFieldException e) {
            throw new AssertionError(home + " has no constant " + field, e);
        }
    }

    @Test
    void aMappingIsWrittenReadProtectedAndUnmapped() {
        long address = Mman.mmap(0, 3L * PAGE, RW, ANON | MAP_NORESERVE, -1, 0);
        assertThat(address & (PAGE - 1)).isZero();
        // Safe because the range was mapped above and is unmapped only at the end of this method.
        RawMemory.EVERYTHING.set(ValueLayout.JAVA_LONG, address + PAGE, 42);
        assertThat(RawMemory.EVERYTHING.get(ValueLayout.JAVA_LONG, address + PAGE)).isEqualTo(42);
        Mman.madvise(address, 3L * PAGE, MADV_DONTNEED);
        assertThat(RawMemory.EVERYTHING.get(ValueLayout.JAVA_LONG, address + PAGE)).as("dropped").isZero();
        Mman.madvise(address, 3L * PAGE, MADV_POPULATE_WRITE);
        Mman.mprotect(address, PAGE, PROT_NONE);
        assertThat(Mman.tryMadvise(address, PAGE, MADV_POPULATE_WRITE)).as("populating forbidden memory").isNegative();
        Mman.munmap(address, 3L * PAGE);
        assertThatThrownBy(() -> Mman.mprotect(address, PAGE, PROT_READ)).isInstanceOf(KernelException.class)
                .hasMessageStartingWith("mprotect(addr=0x" + Long.toHexString(address) + ", length=" + PAGE
                        + ", prot=PROT_READ) failed: ENOMEM (12, out of memory): part of the range is not mapped");
    }

    @Test
    void rulesAreCheckedBeforeTheKernelIsAsked() {
        assertViolation(() -> Mman.mmap(0, 0, RW, ANON, -1, 0), "mmap: length=0 must be other than 0");
        assertViolation(() -> Mman.mmap(0, -1, RW, ANON, -1, 0), "mmap: length=-1 must be at least 0");
        assertViolation(() -> Mman.mmap(0, PAGE, 8, ANON, -1, 0), "mmap: prot=0x8 must be a combination of PROT_NONE");
        assertViolation(() -> Mman.mmap(0, PAGE, RW, MAP_ANONYMOUS, -1, 0),
                "mmap: flags=MAP_ANONYMOUS must be with one of MAP_SHARED");
        assertViolation(() -> Mman.mmap(0, PAGE, RW, ANON, -1, 1),
                "mmap: offset=1 must be a multiple of the page size");
        assertViolation(() -> Mman.munmap(1, PAGE), "munmap: addr=0x1 must be a multiple of the page size");
        assertViolation(() -> Mman.munmap(-PAGE, 2L * PAGE), "addr + length must not wrap around");
        assertViolation(() -> Mman.madvise(0, PAGE, 77), "madvise: advice=77 must be one of MADV_NORMAL");
        assertViolation(() -> Unistd.close(-1), "close: fd=-1 must be in 0..2147483647");
        assertViolation(() -> Unistd.sysconf(12345), "sysconf: name=12345 must be one of _SC_PAGESIZE");
        assertViolation(() -> Memfd.create("x".repeat(250), 0), "at most 249 bytes");
        assertViolation(() -> Memfd.create("x", 0x18), "without MFD_EXEC and MFD_NOEXEC_SEAL together");
        assertViolation(() -> Memfd.truncate(0, -1), "ftruncate: length=-1 must be at least 0");
        assertViolation(() -> Sched.getAffinity(-1), "sched_getaffinity: tid=-1 must be in 0..2147483647");
    }

    private static void assertViolation(Runnable call, String message) {
        assertThatThrownBy(call::run).isInstanceOf(SpecViolationException.class).hasMessageContaining(message);
    }

    @Test
    void failuresNameCallArgumentsErrnoAndMeaning() {
        assertFailure(() -> Unistd.close(999_999), Errno.EBADF, "close(fd=999999) failed: EBADF (9");
        assertFailure(() -> Mman.mmap(0, PAGE, RW, MAP_SHARED, 999_999, 0), Errno.EBADF, "fd is not open");
        assertFailure(() -> Mman.mmap(0, 1L << 50, RW, ANON, -1, 0), Errno.ENOMEM, "no room in the address space");
        long page = Mman.mmap(0, PAGE, RW, ANON, -1, 0);
        assertFailure(() -> Mman.mmap(page, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), Errno.EEXIST,
                "something is mapped there already");
        Mman.munmap(page, PAGE);
        assertFailure(() -> Mman.mprotect(page, PAGE, RW), Errno.ENOMEM, "part of the range is not mapped");
        assertFailure(() -> Mman.madvise(page, PAGE, MADV_DONTNEED), Errno.ENOMEM, "part of the range is not mapped");
        assertFailure(() -> Memfd.truncate(999_999, 1), Errno.EBADF, "ftruncate(fd=999999, length=1)");
        assertFailure(() -> Sched.getAffinity(Integer.MAX_VALUE), Errno.ESRCH, "no such thread");
        BitSet absent = new BitSet();
        absent.set(1000);
        assertFailure(() -> Sched.setAffinity(0, absent), Errno.EINVAL, "no processor that this thread may use");
    }

    private static void assertFailure(Runnable call, Errno errno, String message) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(KernelException.class,
                e -> assertThat(e.errno()).isEqualTo(errno)).isNotInstanceOf(UnspecifiedErrnoException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aMemoryFileIsSharedByTwoMappings() {
        int fd = Memfd.create("quern-test", Memfd.MFD_CLOEXEC);
        Memfd.truncate(fd, PAGE);
        long one = Mman.mmap(0, PAGE, RW, MAP_SHARED, fd, 0);
        long two = Mman.mmap(0, PAGE, RW, MAP_SHARED, fd, 0);
        // Safe because both pages were mapped above and are unmapped only below.
        RawMemory.EVERYTHING.set(ValueLayout.JAVA_LONG, one, 7);
        assertThat(RawMemory.EVERYTHING.get(ValueLayout.JAVA_LONG, two)).isEqualTo(7);
        Mman.munmap(one, PAGE);
        Mman.munmap(two, PAGE);
        Unistd.close(fd);
        assertFailure(() -> Unistd.close(fd), Errno.EBADF, "not open");
    }

    @Test
    void aThreadIsPinnedAndKnowsWhereItRuns() throws Exception {
        Thread thread = Thread.ofPlatform().start(() -> {
            BitSet allowed = Sched.getAffinity(0);
            assertThat(allowed.cardinality()).isBetween(1, Sched.configuredCpus());
            BitSet one = new BitSet();
            one.set(allowed.length() - 1);
            Sched.setAffinity(0, one);
            assertThat(Sched.getAffinity(0)).isEqualTo(one);
            assertThat(Sched.currentCpu()).isEqualTo(allowed.length() - 1);
            BitSet none = new BitSet();
            assertThatThrownBy(() -> Sched.setAffinity(0, none)).isInstanceOf(IllegalArgumentException.class);
            BitSet absent = new BitSet();
            absent.set(1000);
            assertThat(Sched.trySetAffinity(0, absent)).isEqualTo(-Errno.EINVAL.number());
        });
        Throwable[] failed = new Throwable[1];
        thread.setUncaughtExceptionHandler((t, e) -> failed[0] = e);
        thread.join();
        assertThat(failed[0]).isNull();
    }

    @Test
    void limitsOfTheSystem() {
        assertThat(Unistd.pageSize()).isGreaterThanOrEqualTo(4096);
        assertThat(Integer.bitCount(Unistd.pageSize())).isEqualTo(1);
        assertThat(Unistd.sysconf(Unistd.SC_NPROCESSORS_ONLN)).isPositive();
        assertThat(Unistd.sysconf(Unistd.SC_PHYS_PAGES)).isPositive();
        assertThat(Sched.configuredCpus()).isPositive();
    }
}
