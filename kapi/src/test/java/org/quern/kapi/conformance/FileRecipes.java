package org.quern.kapi.conformance;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Memfd;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Poll;
import org.quern.kapi.linux.Resource;
import org.quern.kapi.linux.Unistd;

import static org.quern.kapi.conformance.Kernel.BAD;
import static org.quern.kapi.conformance.Kernel.NO_FD;
import static org.quern.kapi.conformance.Kernel.PAGE;
import static org.quern.kapi.conformance.Kernel.RW;
import static org.quern.kapi.conformance.Kernel.expect;
import static org.quern.kapi.conformance.Kernel.require;
import static org.quern.kapi.conformance.Recipe.anyone;
import static org.quern.kapi.conformance.Recipe.user;
import static org.quern.kapi.linux.Fcntl.AT_FDCWD;
import static org.quern.kapi.linux.Fcntl.FALLOC_FL_KEEP_SIZE;
import static org.quern.kapi.linux.Fcntl.FALLOC_FL_PUNCH_HOLE;

/** Files: openat, read, close, fallocate, seals, memfd_create, ftruncate, ppoll, sysconf. */
final class FileRecipes {
    private FileRecipes() {}

    static final List<Recipe> ALL = List.of(
            user("openat-denied", k -> {
                Path file = Files.createFile(k.directory().resolve("f"),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));
                return openat(k, AT_FDCWD, file.toString(), Fcntl.O_RDONLY);
            }),
            anyone("openat-bad-fd", k -> openat(k, NO_FD, "relative", Fcntl.O_RDONLY)),
            anyone("openat-exists", k -> openat(k, AT_FDCWD, Files.createFile(k.directory().resolve("f")).toString(),
                    Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL)),
            anyone("openat-bad-path", k -> k.call(Fcntl.OPENAT, AT_FDCWD, BAD, Fcntl.O_RDONLY, 0)),
            anyone("openat-directory", k -> openat(k, AT_FDCWD, k.directory().toString(), Fcntl.O_WRONLY)),
            anyone("openat-loop", k -> {
                Path link = k.directory().resolve("l");
                Files.createSymbolicLink(link, link);
                return openat(k, AT_FDCWD, link.toString(), Fcntl.O_RDONLY);
            }),
            anyone("openat-long", k -> openat(k, AT_FDCWD, "x".repeat(5000), Fcntl.O_RDONLY)),
            anyone("openat-none", k -> openat(k, AT_FDCWD, k.directory().resolve("f").toString(), Fcntl.O_RDONLY)),
            anyone("openat-not-directory", k -> openat(k, AT_FDCWD, "/dev/null/f", Fcntl.O_RDONLY)),
            anyone("openat-no-reader", k -> {
                Path pipe = k.directory().resolve("p");
                require(k.call(Kernel.MKFIFO, k.text(pipe.toString()), 0600));
                return openat(k, AT_FDCWD, pipe.toString(), Fcntl.O_WRONLY | Fcntl.O_NONBLOCK);
            }),
            anyone("openat-running", FileRecipes::running),
            anyone("openat-too-many", k -> k.withoutDescriptors(
                    () -> k.call(Fcntl.OPENAT, AT_FDCWD, k.text("/dev/null"), Fcntl.O_RDONLY, 0))),
            anyone("openat-opens", k -> k.owned((int) openat(k, AT_FDCWD, "/dev/null", Fcntl.O_RDONLY))),

            anyone("fallocate-bad-fd", k -> k.call(Fcntl.FALLOCATE, NO_FD, 0, 0L, PAGE)),
            anyone("fallocate-read-only", k -> k.call(Fcntl.FALLOCATE, k.readOnly(k.memfd(0, PAGE)), 0, 0L, PAGE)),
            anyone("fallocate-too-big",
                    k -> k.call(Fcntl.FALLOCATE, k.memfd(0, PAGE), 0, Long.MAX_VALUE, Long.MAX_VALUE)),
            anyone("fallocate-empty", k -> k.call(Fcntl.FALLOCATE, k.memfd(0, PAGE), 0, 0L, 0L)),
            anyone("fallocate-device", k -> k.call(Fcntl.FALLOCATE, k.open("/dev/null", Fcntl.O_WRONLY), 0, 0L, PAGE)),
            anyone("fallocate-full", FileRecipes::full),
            anyone("fallocate-unsupported", k -> k.call(Fcntl.FALLOCATE, k.memfd(0, 2L * PAGE),
                    Fcntl.FALLOC_FL_COLLAPSE_RANGE, 0L, PAGE)),
            anyone("fallocate-unsized-hole",
                    k -> k.call(Fcntl.FALLOCATE, k.memfd(0, PAGE), FALLOC_FL_PUNCH_HOLE, 0L, PAGE)),
            anyone("fallocate-sealed", k -> k.call(Fcntl.FALLOCATE, sealed(k, Fcntl.F_SEAL_GROW), 0, 0L, 2 * PAGE)),
            anyone("fallocate-pipe", k -> k.call(Fcntl.FALLOCATE, k.pipes()[1], 0, 0L, PAGE)),
            anyone("fallocate-punches", k -> {
                int fd = k.memfd(0, PAGE);
                long address = k.map(1, RW, Mman.MAP_SHARED, fd);
                Kernel.writeByte(address, 7);
                require(k.call(Fcntl.FALLOCATE, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0L, PAGE));
                expect(Kernel.readByte(address) == 0, "reads as zero, also through the mapping");
                return 0;
            }),

            anyone("F_ADD_SEALS-bad-fd", k -> k.call(Fcntl.ADD_SEALS, NO_FD, 0)),
            anyone("F_ADD_SEALS-pipe", k -> k.call(Fcntl.ADD_SEALS, k.pipes()[1], Fcntl.F_SEAL_GROW)),
            anyone("F_ADD_SEALS-final", k -> k.call(Fcntl.ADD_SEALS, sealed(k, Fcntl.F_SEAL_SEAL), Fcntl.F_SEAL_GROW)),
            anyone("F_ADD_SEALS-read-only", k -> k.call(Fcntl.ADD_SEALS, k.readOnly(sealed(k, 0)), Fcntl.F_SEAL_GROW)),
            anyone("F_ADD_SEALS-mapped", k -> {
                int fd = sealed(k, 0);
                k.map(1, RW, Mman.MAP_SHARED, fd);
                return k.call(Fcntl.ADD_SEALS, fd, Fcntl.F_SEAL_WRITE);
            }),
            anyone("F_ADD_SEALS-seals", k -> {
                int fd = sealed(k, Fcntl.F_SEAL_SHRINK);
                expect(Fcntl.seals(fd) == Fcntl.F_SEAL_SHRINK, "the seal is there");
                expect(Memfd.tryTruncate(fd, 0) < 0 && Memfd.tryTruncate(fd, 2L * PAGE) == 0, "grows, never shrinks");
                return 0;
            }),
            anyone("F_GET_SEALS-bad-fd", k -> k.call(Fcntl.GET_SEALS, NO_FD)),
            anyone("F_GET_SEALS-pipe", k -> k.call(Fcntl.GET_SEALS, k.pipe())),

            anyone("memfd_create-long-name", k -> k.call(Memfd.MEMFD_CREATE, k.text("x".repeat(250)), 0)),
            anyone("memfd_create-unknown", k -> k.call(Memfd.MEMFD_CREATE, k.text("x"), 0x100)),
            anyone("memfd_create-both",
                    k -> k.call(Memfd.MEMFD_CREATE, k.text("x"), Memfd.MFD_EXEC | Memfd.MFD_NOEXEC_SEAL)),
            anyone("memfd_create-bad-name", k -> k.call(Memfd.MEMFD_CREATE, BAD, 0)),
            anyone("memfd_create-too-many",
                    k -> k.withoutDescriptors(() -> k.call(Memfd.MEMFD_CREATE, k.text("x"), 0))),
            anyone("memfd_create-opens", k -> {
                int fd = k.owned((int) k.call(Memfd.MEMFD_CREATE, k.text(""), 0));
                expect(Files.size(Path.of("/proc/self/fd/" + fd)) == 0, "starts empty");
                return 0;
            }),

            anyone("ftruncate-bad-fd", k -> k.call(Memfd.FTRUNCATE, NO_FD, 1L)),
            anyone("ftruncate-negative", k -> k.call(Memfd.FTRUNCATE, k.memfd(0, PAGE), -1L)),
            anyone("ftruncate-read-only", k -> k.call(Memfd.FTRUNCATE, k.readOnly(k.memfd(0, PAGE)), 1L)),
            anyone("ftruncate-pipe", k -> k.call(Memfd.FTRUNCATE, k.pipes()[1], 1L)),
            anyone("ftruncate-sealed", k -> k.call(Memfd.FTRUNCATE, sealed(k, Fcntl.F_SEAL_SHRINK), 0L)),
            anyone("ftruncate-too-big", k -> {
                Path file = Files.createFile(k.directory().resolve("f"));
                long answer = k.call(Memfd.FTRUNCATE, k.open(file.toString(), Fcntl.O_WRONLY), Long.MAX_VALUE);
                if (answer == 0) {
                    throw new Recipe.Skip("this file system has files of any size");
                }
                return answer;
            }),
            anyone("ftruncate-resizes", k -> {
                int fd = k.memfd(0, PAGE);
                require(k.call(Memfd.FTRUNCATE, fd, 1L << 45));
                expect(Files.size(Path.of("/proc/self/fd/" + fd)) == 1L << 45, "very large and sparse");
                return 0;
            }),

            anyone("close-bad-fd", k -> k.call(Unistd.CLOSE, NO_FD)),
            anyone("close-closes", k -> {
                int fd = Fcntl.open("/dev/null", Fcntl.O_RDONLY);
                require(k.call(Unistd.CLOSE, fd));
                expect(Unistd.tryRead(fd, k.arena.allocate(1)) < 0, "not open any more");
                return 0;
            }),
            anyone("read-bad-fd", k -> k.call(Unistd.READ, NO_FD, k.arena.allocate(1), 1L)),
            anyone("read-nothing", k -> k.call(Unistd.READ, k.pipe(), k.arena.allocate(1), 1L)),
            anyone("read-bad-pointer", k -> k.call(Unistd.READ, k.open("/proc/self/maps", 0), BAD, 64L)),
            anyone("read-short", k -> k.call(Unistd.READ, k.userfault(0), k.arena.allocate(31), 31L)),
            anyone("read-directory", k -> k.call(Unistd.READ, k.open("/", 0), k.arena.allocate(1), 1L)),
            anyone("sysconf-unknown", k -> k.call(Unistd.SYSCONF, 99_999)),

            anyone("ppoll-bad-pointer", k -> k.call(Poll.PPOLL, BAD, 1L, time(k, 0), MemorySegment.NULL)),
            anyone("ppoll-too-many-fds", k -> k.call(Poll.PPOLL, k.arena.allocate(8),
                    Resource.limits(Resource.RLIMIT_NOFILE).soft() + 1, time(k, 0), MemorySegment.NULL)),
            anyone("ppoll-bad-time", k -> k.call(Poll.PPOLL, k.arena.allocate(8), 0L, time(k, 1_000_000_000L),
                    MemorySegment.NULL)),
            anyone("ppoll-reports", k -> {
                int[] pipe = k.pipes();
                expect(Poll.poll(pipe[0], Poll.POLLIN, 0) == 0, "nothing to read");
                expect(Poll.poll(pipe[1], Poll.POLLOUT, 0) == Poll.POLLOUT, "something can be written");
                return 0;
            }));

    private static MemorySegment time(Kernel k, long nanos) {
        return k.struct(Poll.TIMESPEC, "tv_nsec", nanos);
    }

    private static long openat(Kernel k, int directory, String path, int flags) throws Throwable {
        return k.call(Fcntl.OPENAT, directory, k.text(path), flags | Fcntl.O_CLOEXEC, 0600);
    }

    private static int sealed(Kernel k, int seals) {
        int fd = k.memfd(Memfd.MFD_ALLOW_SEALING, PAGE);
        Fcntl.addSeals(fd, seals);
        return fd;
    }

    /** A copy of a program, while it runs. */
    private static long running(Kernel k) throws Throwable {
        Path program = k.directory().resolve("sleep");
        Files.copy(Path.of("/bin/sleep"), program);
        expect(program.toFile().setExecutable(true), "may be run");
        Process process;
        try {
            process = new ProcessBuilder(program.toString(), "30").start();
        } catch (IOException e) {
            throw new Recipe.Skip("the temporary directory has no programs: " + e.getMessage());
        }
        k.later(() -> process.destroyForcibly().waitFor());
        long answer = openat(k, AT_FDCWD, program.toString(), Fcntl.O_WRONLY);
        for (int i = 0; i < 100 && answer >= 0; i++) { // the new process may not have come to its exec yet
            Unistd.close((int) answer);
            Thread.sleep(10);
            answer = openat(k, AT_FDCWD, program.toString(), Fcntl.O_WRONLY);
        }
        if (answer >= 0) {
            Unistd.close((int) answer);
            throw new Recipe.Skip("this kernel lets programs be written while they run");
        }
        return answer;
    }

    /** More than a limited file system in memory can have is refused before anything is allocated. */
    private static long full(Kernel k) throws Throwable {
        Path directory = Path.of("/dev/shm");
        if (!Files.isWritable(directory) || !Files.getFileStore(directory).type().equals("tmpfs")
                || Files.getFileStore(directory).getTotalSpace() > 1L << 44) {
            throw new Recipe.Skip("/dev/shm is not a limited file system in memory");
        }
        Path file = Files.createTempFile(directory, "kapi", "");
        k.later(() -> Files.delete(file));
        return k.call(Fcntl.FALLOCATE, k.open(file.toString(), Fcntl.O_RDWR), 0, 0L, 1L << 45);
    }
}
