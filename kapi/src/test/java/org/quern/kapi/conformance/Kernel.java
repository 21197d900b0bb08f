package org.quern.kapi.conformance;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

import org.quern.kapi.CType;
import org.quern.kapi.CallBuilder;
import org.quern.kapi.CallSpec;
import org.quern.kapi.ErrorEntry;
import org.quern.kapi.Linkage;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.bind.NativeCall;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Memfd;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Resource;
import org.quern.kapi.linux.Unistd;
import org.quern.kapi.linux.Userfault;
import org.quern.kapi.linux.UserfaultLayouts;
import org.quern.kapi.raw.RawMemory;
import org.quern.kapi.struct.StructSpec;

/** What a recipe needs: declared calls without their checks, memory, files, limits. Closing undoes all of it. */
final class Kernel implements AutoCloseable {
    static final int PAGE = Unistd.pageSize();
    static final int RW = Mman.PROT_READ | Mman.PROT_WRITE;
    static final int ANON = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    static final int NO_FD = 999_999;
    /** A pointer that nothing is mapped at. */
    static final MemorySegment BAD = MemorySegment.ofAddress(8);

    /** Calls that only tests need. */
    static final CallSpec PIPE2 = CallSpec.call("pipe2", "Linux 2.6.27", "Make a pipe.").param(Param.memory("fds"))
            .param(Param.number("flags", CType.INT)).returning(Result.zero());
    static final CallSpec MKFIFO = CallSpec.call("mkfifo", "C library", "Make a pipe with a name.")
            .param(Param.path("path")).param(Param.number("mode", CType.UNSIGNED_INT)).returning(Result.zero());
    static final CallSpec MSEAL = CallSpec.call("mseal", "Linux 6.10", "Forbid changes of a mapping, for good.")
            .via(Linkage.syscall(462, 462)).param(Param.address("addr")).param(Param.size("length"))
            .param(Param.number("flags", CType.LONG))
            .error(org.quern.kapi.Errno.ENOSYS, "the kernel does not have the call").returning(Result.zero());

    private static final Map<CallSpec, MethodHandle> HANDLES = new HashMap<>();

    interface Undo {
        void run() throws Throwable;
    }

    interface Attempt {
        long run() throws Throwable;
    }

    final Arena arena = Arena.ofConfined();
    private final Deque<Undo> undo = new ArrayDeque<>();

    /** The kernel's own answer: the checks of the declaration are off. */
    long call(CallSpec spec, Object... arguments) throws Throwable {
        MethodHandle handle = HANDLES.computeIfAbsent(spec,
                s -> NativeCall.bind(MethodHandles.lookup(), s, false).handle());
        return (long) handle.invokeWithArguments(arguments);
    }

    /** The same call by another way. */
    static CallSpec via(CallSpec spec, Linkage linkage) {
        CallBuilder copy = CallSpec.call(spec.name(), spec.since(), spec.summary()).via(linkage);
        spec.params().forEach(copy::param);
        for (ErrorEntry error : spec.errors()) {
            copy.error(error.errno(), error.condition());
        }
        return copy.returning(spec.result());
    }

    void later(Undo step) {
        undo.push(step);
    }

    @Override
    public void close() {
        while (!undo.isEmpty()) {
            try {
                undo.pop().run();
            } catch (Throwable e) {
                throw new IllegalStateException("undoing", e);
            }
        }
        arena.close();
    }

    long pages(int count) {
        return map(count, RW, ANON, -1);
    }

    long map(int count, int prot, int flags, int fd) {
        long address = Mman.mmap(0, (long) count * PAGE, prot, flags, fd, 0);
        later(() -> Mman.tryMunmap(address, (long) count * PAGE));
        return address;
    }

    /** Three pages, the middle one unmapped. */
    long gap() {
        long address = pages(3);
        Mman.munmap(address + PAGE, PAGE);
        return address;
    }

    long unmapped() {
        long address = Mman.mmap(0, PAGE, RW, ANON, -1, 0);
        Mman.munmap(address, PAGE);
        return address;
    }

    int owned(int fd) {
        if (fd < 0) {
            throw new Recipe.Skip("a descriptor for the test: " + org.quern.kapi.Errno.describe(-fd));
        }
        later(() -> Unistd.close(fd));
        return fd;
    }

    int memfd(int flags, long size) {
        int fd = owned(Memfd.create("conformance", flags | Memfd.MFD_CLOEXEC));
        Memfd.truncate(fd, size);
        return fd;
    }

    /** The same file, open for reading only. */
    int readOnly(int fd) {
        return owned(Fcntl.open("/proc/self/fd/" + fd, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC));
    }

    int open(String path, int flags) {
        return owned(Fcntl.tryOpen(path, flags | Fcntl.O_CLOEXEC));
    }

    /** A pipe; the end to read from. */
    int pipe() throws Throwable {
        return pipes()[0];
    }

    int[] pipes() throws Throwable {
        MemorySegment ends = arena.allocate(8);
        require(call(PIPE2, ends, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK));
        return new int[]{owned(ends.getAtIndex(ValueLayout.JAVA_INT, 0)),
                owned(ends.getAtIndex(ValueLayout.JAVA_INT, 1))};
    }

    Path directory() throws IOException {
        Path directory = Files.createTempDirectory("kapi");
        later(() -> {
            try (var files = Files.list(directory)) {
                files.forEach(f -> f.toFile().delete());
            }
            Files.delete(directory);
        });
        return directory;
    }

    MemorySegment text(String text) {
        return arena.allocateFrom(text);
    }

    MemorySegment longs(long... values) {
        return arena.allocateFrom(ValueLayout.JAVA_LONG, values);
    }

    /** A structure, filled in by pairs of path and value. */
    MemorySegment struct(StructSpec struct, Object... pathsAndValues) {
        MemorySegment memory = struct.allocate(arena);
        for (int i = 0; i < pathsAndValues.length; i += 2) {
            struct.number((String) pathsAndValues[i]).set(memory, ((Number) pathsAndValues[i + 1]).longValue());
        }
        return memory;
    }

    /** Makes a call twice: as it is, to load what it needs, and with a soft limit. */
    long limited(int resource, long soft, Attempt attempt) throws Throwable {
        long first = attempt.run();
        if (first >= 0 && resource == Resource.RLIMIT_NOFILE) {
            Unistd.close((int) first);
        }
        Resource.Limits before = Resource.limits(resource);
        require(Resource.trySetLimits(0, resource, before)); // loads what setting needs
        require(Resource.trySetLimits(0, resource, new Resource.Limits(soft, before.hard())));
        try {
            return attempt.run();
        } finally {
            require(Resource.trySetLimits(0, resource, before));
        }
    }

    /** No descriptor may be opened. */
    long withoutDescriptors(Attempt attempt) throws Throwable {
        return limited(Resource.RLIMIT_NOFILE, 0, attempt);
    }

    /** A userfaultfd descriptor after the handshake. */
    int userfault(long features) throws Throwable {
        int fd = rawUserfault();
        long known = Userfault.features();
        if ((known & features) != features) {
            throw new Recipe.Skip("this kernel has userfaultfd features 0x" + Long.toHexString(known) + " only");
        }
        Userfault.api(fd, features);
        return fd;
    }

    /** A userfaultfd descriptor before the handshake. */
    int rawUserfault() {
        return owned(Userfault.tryOpen(Userfault.USER_MODE_ONLY | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK));
    }

    MemorySegment range(long start, long length) {
        return struct(UserfaultLayouts.UFFDIO_RANGE, "start", start, "len", length);
    }

    static long require(long answer) {
        if (answer < 0) {
            throw new IllegalStateException("preparing failed: " + org.quern.kapi.Errno.describe((int) -answer));
        }
        return answer;
    }

    static void expect(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("not so: " + what);
        }
    }

    static byte readByte(long address) {
        // Safe because recipes give only addresses that they have mapped.
        return RawMemory.EVERYTHING.get(ValueLayout.JAVA_BYTE, address);
    }

    static void writeByte(long address, int value) {
        // Safe because recipes give only addresses that they have mapped.
        RawMemory.EVERYTHING.set(ValueLayout.JAVA_BYTE, address, (byte) value);
    }

    /** Mapped memory as a segment, for the kernel to write to. */
    static MemorySegment at(long address, long length) {
        return RawMemory.EVERYTHING.asSlice(address, length);
    }

    /** Whether a page is resident. */
    boolean resident(long address) {
        MemorySegment vec = arena.allocate(1);
        Mman.mincore(address, PAGE, vec);
        return (vec.get(ValueLayout.JAVA_BYTE, 0) & 1) != 0;
    }

    /** A line of /proc/self/status. */
    static long status(String key) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(key + ":")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new Recipe.Skip("/proc/self/status has no " + key);
    }

    /** Uses the mappings of the process up, makes a call, and gives them back. */
    long withoutMappings(Attempt attempt) throws Throwable {
        // By lines: readString reads one byte first, and a sysctl has nothing more to say at an offset.
        long most = Long.parseLong(Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).getFirst().strip());
        if (most > 100_000) {
            throw new Recipe.Skip("vm.max_map_count is " + most + ", too many to use up");
        }
        long count = most + 2;
        long address = Mman.mmap(0, count * PAGE, Mman.PROT_NONE, ANON | Mman.MAP_NORESERVE, -1, 0);
        attempt.run(); // loads what it needs; its success is undone by the recipe's own cleanup
        try {
            int i = 1; // the rest of the reservation changes its protection: one mapping more each time
            while (i < count && Mman.tryMprotect(address + (long) i * PAGE, (count - i) * PAGE, i & 1) == 0) {
                i++;
            }
            return attempt.run();
        } finally {
            Mman.tryMunmap(address, count * PAGE);
        }
    }
}
