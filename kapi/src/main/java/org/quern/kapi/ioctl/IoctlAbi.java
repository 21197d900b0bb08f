package org.quern.kapi.ioctl;

import java.util.List;
import java.util.Optional;

import org.quern.kapi.Operation;

/**
 * How an architecture packs type, number, size and direction of a command into 32 bits.
 *
 * <pre>
 *              31 30 29 28 ........ 16 15 ...... 8 7 ....... 0     NONE READ WRITE
 *   GENERIC     dir  |     size 14    |   type    |    nr             0    2     1
 *   POWERPC      dir   |   size 13    |   type    |    nr             1    2     4
 *   SPARC        dir   |   size 13    |   type    |    nr             1    2     4   bit 29 may be size
 *   PARISC      dir  |     size 14    |   type    |    nr             0    1     2
 * </pre>
 *
 * SPARC's NONE bit is also the top bit of the size: a command that reads or writes has 14 bits of size, one that does
 * neither has none.
 */
@Operation(threads = Operation.Threads.ANY)
public enum IoctlAbi {
    /** x86, arm, aarch64, riscv, s390, loongarch and all others. */
    GENERIC(14, 14, 0, 2, 1, List.of("amd64", "x86_64", "i386", "x86", "arm", "aarch64", "riscv64", "s390x",
            "loongarch64")),
    /** powerpc, mips and alpha. */
    POWERPC(13, 13, 1, 2, 4, List.of("ppc", "ppc64", "ppc64le", "mips", "mips64", "mips64el", "alpha")),
    /** sparc. */
    SPARC(13, 14, 1, 2, 4, List.of("sparc", "sparcv9", "sparc64")),
    /** parisc. */
    PARISC(14, 14, 0, 1, 2, List.of("parisc", "parisc64"));

    private static final int SIZE_SHIFT = 16;

    private final int sizeBits;
    private final int widestSizeBits;
    private final int none;
    private final int read;
    private final int write;
    @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable, which the checker does not know
    private final List<String> architectures;

    IoctlAbi(int sizeBits, int widestSizeBits, int none, int read, int write, List<String> architectures) {
        this.sizeBits = sizeBits;
        this.widestSizeBits = widestSizeBits;
        this.none = none;
        this.read = read;
        this.write = write;
        this.architectures = architectures;
    }

    /**
     * The packing of an architecture.
     *
     * @param arch as the system property {@code os.arch} names it
     * @return the packing, empty if the architecture is not known here
     */
    public static Optional<IoctlAbi> of(String arch) {
        for (IoctlAbi abi : values()) {
            if (abi.architectures.contains(arch)) {
                return Optional.of(abi);
            }
        }
        return Optional.empty();
    }

    /**
     * The packing of the machine this runs on.
     *
     * @return the packing; {@link #GENERIC} if the architecture is not known here
     */
    public static IoctlAbi host() {
        return of(System.getProperty("os.arch")).orElse(GENERIC);
    }

    /**
     * The largest argument that a command can name.
     *
     * @return bytes
     */
    public int sizeLimit() {
        return (1 << widestSizeBits) - 1;
    }

    long pack(Direction direction, int type, int nr, int size) {
        return (bits(direction) << (SIZE_SHIFT + sizeBits)) | (long) size << SIZE_SHIFT | (long) type << 8 | nr;
    }

    private long bits(Direction direction) {
        return switch (direction) {
            case NONE -> none;
            case READ -> read;
            case WRITE -> write;
            case READ_WRITE -> read | write;
        };
    }

    Direction direction(long number) {
        long dir = number >>> (SIZE_SHIFT + sizeBits);
        return Direction.of((dir & read) != 0, (dir & write) != 0);
    }

    int size(long number) {
        if (this == SPARC && direction(number) == Direction.NONE) {
            return 0;
        }
        return (int) (number >>> SIZE_SHIFT) & sizeLimit();
    }
}
