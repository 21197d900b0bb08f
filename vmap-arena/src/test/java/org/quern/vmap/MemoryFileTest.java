package org.quern.vmap;

import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Memfd;
import org.quern.kapi.linux.Unistd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MemoryFileTest {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    @TempDir
    Path directory;

    private static AbstractThrowableAssert<?, ?> refused(MemoryFileException.Reason reason, ThrowingCallable call) {
        return assertThatThrownBy(call).isInstanceOfSatisfying(MemoryFileException.class,
                e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    @Test
    void isSharedThroughItsPath() {
        try (MemoryFile file = MemoryFile.create("shared", 10_000); Arena scope = Arena.ofShared()) {
            assertThat(file.bytes()).isEqualTo(12_288);
            assertThat(file.isSealed()).isTrue();
            MemorySegment mine = file.map(scope);
            mine.set(LONG, 8, 42);
            try (MemoryFile same = MemoryFile.open(file.path()); Arena other = Arena.ofShared()) {
                MemorySegment theirs = same.map(other);
                assertThat(theirs.address()).isNotEqualTo(mine.address());
                assertThat(theirs.get(LONG, 8)).isEqualTo(42);
                theirs.set(LONG, 16, 43);
            }
            assertThat(mine.get(LONG, 16)).isEqualTo(43);
        }
    }

    @Test
    void nobodyCanCutOrGrowIt() throws Exception {
        try (MemoryFile file = MemoryFile.create("sealed", 8192);
                RandomAccessFile peer = new RandomAccessFile(file.path().toFile(), "rw")) {
            for (long length : new long[]{0, 4096, 16384}) {
                assertThatThrownBy(() -> peer.setLength(length)).hasMessageContaining("not permitted");
            }
            file.check();
        }
    }

    @Test
    void aPeersUnsealedFileIsRefused() {
        int fd = Memfd.create("unsealed", Memfd.MFD_CLOEXEC | Memfd.MFD_ALLOW_SEALING);
        try {
            Memfd.truncate(fd, 4096);
            refused(MemoryFileException.Reason.UNSEALED,
                    () -> MemoryFile.openDescriptor(ProcessHandle.current().pid(), fd))
                    .hasMessageContaining("openUnsealed");
            Fcntl.addSeals(fd, Fcntl.F_SEAL_SHRINK);
            MemoryFile.openDescriptor(ProcessHandle.current().pid(), fd).close();
            Fcntl.addSeals(fd, Fcntl.F_SEAL_FUTURE_WRITE);
            try (MemoryFile file = MemoryFile.openDescriptor(ProcessHandle.current().pid(), fd);
                    Arena scope = Arena.ofShared()) {
                refused(MemoryFileException.Reason.REFUSED, () -> file.map(scope)).hasMessageContaining("EPERM");
            }
        } finally {
            Unistd.close(fd);
        }
    }

    @Test
    void aDescriptorClosedBySomebodyElseIsNoticed() {
        MemoryFile file = MemoryFile.create("stolen", 4096);
        int fd = Integer.parseInt(file.path().getFileName().toString());
        Unistd.close(fd);
        try (Arena scope = Arena.ofShared()) {
            refused(MemoryFileException.Reason.CLOSED, file::check).hasMessageContaining("closed by somebody else");
            refused(MemoryFileException.Reason.CLOSED, () -> file.map(scope));
        }
        file.close(); // and closes nobody's descriptor
        assertThatThrownBy(() -> Unistd.close(fd)).isInstanceOf(KernelException.class);
    }

    @Test
    void norIsAnotherFileUnderItsNumberUsedOrClosed() {
        MemoryFile file = MemoryFile.create("replaced", 4096);
        int fd = Integer.parseInt(file.path().getFileName().toString());
        Unistd.close(fd);
        int stranger = Memfd.create("stranger", Memfd.MFD_CLOEXEC);
        try {
            if (stranger == fd) { // the lowest free number, unless another thread was quicker
                refused(MemoryFileException.Reason.CLOSED, file::check).hasMessageContaining("another file now");
            }
            file.close();
            Memfd.truncate(stranger, 4096); // still open
        } finally {
            Unistd.close(stranger);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileAtAPathIsSharedAndACutIsNoticed(boolean byCalls) throws Exception {
        Path path = directory.resolve("pages-" + byCalls);
        try (MemoryFile file = MemoryFile.createAt(path, 8192, byCalls);
                MemoryFile peer = MemoryFile.openUnsealed(path, byCalls);
                Arena scope = Arena.ofShared()) {
            assertThat(file.isSealed()).isFalse();
            assertThat(peer.bytes()).isEqualTo(8192);
            file.map(scope).set(LONG, 4096, 7);
            assertThat(peer.map(scope).get(LONG, 4096)).isEqualTo(7);
            refused(MemoryFileException.Reason.UNSEALED, () -> MemoryFile.open(path));
            try (RandomAccessFile cutter = new RandomAccessFile(path.toFile(), "rw")) {
                cutter.setLength(4096);
            }
            refused(MemoryFileException.Reason.TRUNCATED, file::check).hasMessageContaining("8192")
                    .hasMessageContaining("4096");
            refused(MemoryFileException.Reason.TRUNCATED, () -> peer.map(scope));
        }
        refused(MemoryFileException.Reason.REFUSED, () -> MemoryFile.createAt(path, 4096, byCalls));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void useAfterCloseIsRefusedAndWhatIsMappedStays(boolean byCalls) {
        MemoryFile file = MemoryFile.createAt(directory.resolve("closed"), 4096, byCalls);
        try (Arena scope = Arena.ofShared()) {
            MemorySegment mapped = file.map(scope);
            file.close();
            file.close();
            mapped.set(LONG, 0, 1);
            assertThat(mapped.get(LONG, 0)).isEqualTo(1);
            refused(MemoryFileException.Reason.CLOSED, () -> file.map(scope));
        }
    }

    @Test
    void whatCannotBeMappedIsNamed() throws Exception {
        refused(MemoryFileException.Reason.NOT_A_FILE, () -> MemoryFile.open(directory))
                .hasMessageContaining("regular");
        refused(MemoryFileException.Reason.NOT_A_FILE, () -> MemoryFile.open(directory.resolve("none")));
        refused(MemoryFileException.Reason.NOT_A_FILE, () -> MemoryFile.openDescriptor(1 << 29, 3));
        for (long bytes : new long[]{0, -1, Long.MIN_VALUE, (1L << 46) + 1}) {
            assertThatThrownBy(() -> MemoryFile.create("size", bytes)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bytes=" + bytes);
        }
        assertThatThrownBy(() -> MemoryFile.openDescriptor(0, -1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pid=0, fd=-1");
    }

    @Test
    void nothingIsEverMappedExecutable() throws Exception {
        try (MemoryFile file = MemoryFile.create("never-executable", 4096);
                MirroredRing ring = MirroredRing.open("never-executable", 4096);
                Arena scope = Arena.ofShared()) {
            file.map(scope);
            assertThat(ring.twice().byteSize()).isEqualTo(8192);
            List<String> lines = Files.readAllLines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.contains("memfd:never-executable")).toList();
            assertThat(lines).hasSize(3).allMatch(line -> line.contains(" rw-s "));
        }
    }

    @Test
    void theRingShowsARecordThatWrapsInOnePiece() {
        MirroredRing ring = MirroredRing.open("ring", 5000);
        assertThat(ring.capacity()).isEqualTo(8192);
        ring.at(8190, 8).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, 0x0807060504030201L);
        assertThat(ring.at(0, 6).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 3);
        assertThat(ring.at(-2, 8).get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(0x0807060504030201L);
        assertThat(ring.at(3 * 8192 - 2, 8192).get(ValueLayout.JAVA_BYTE, 2)).isEqualTo((byte) 3);
        assertThatThrownBy(() -> ring.at(0, 8193)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("length=8193");
        assertThatThrownBy(() -> ring.at(0, -1)).isInstanceOf(IllegalArgumentException.class);
        MemorySegment kept = ring.twice();
        ring.close();
        assertThatThrownBy(() -> kept.get(LONG, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theRingNeedsAPowerOfTwoAndTheSystemsCalls() {
        try (MemoryFile three = MemoryFile.create("three", 3 * 4096);
                MemoryFile channel = MemoryFile.createAt(directory.resolve("ring"), 4096, false)) {
            assertThatThrownBy(() -> MirroredRing.open(three)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("12288");
            refused(MemoryFileException.Reason.UNAVAILABLE, () -> MirroredRing.open(channel));
        }
        for (long capacity : new long[]{0, -5, (1L << 40) + 1}) {
            assertThatThrownBy(() -> MirroredRing.open("r", capacity)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("capacityBytes=" + capacity);
        }
        assertThat(MirroredRing.availability().isPresent()).isTrue();
    }
}
