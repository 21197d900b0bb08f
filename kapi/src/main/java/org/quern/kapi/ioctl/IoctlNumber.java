package org.quern.kapi.ioctl;

import org.quern.kapi.Operation;
import org.quern.kapi.struct.FieldType;
import org.quern.kapi.struct.StructSpec;

/**
 * The number of a command: what {@code _IO}, {@code _IOR}, {@code _IOW} and {@code _IOWR} compute in C. The size comes
 * from a structure or a type of fixed width, never from a number, so the classic mistake of encoding the size of a size
 * cannot be written.
 *
 * @param direction which way the argument travels
 * @param type letter or number of the subsystem, 0..255
 * @param nr number within the type, 0..255
 * @param size bytes of the argument, 0 if and only if the direction is NONE
 */
@Operation(threads = Operation.Threads.ANY)
public record IoctlNumber(Direction direction, int type, int nr, int size) {
    /**
     * Checks.
     *
     * @param direction which way the argument travels
     * @param type letter or number of the subsystem
     * @param nr number within the type
     * @param size bytes of the argument
     * @throws IllegalArgumentException if a part is out of its range
     */
    public IoctlNumber {
        check("type", type, 0, 255);
        check("nr", nr, 0, 255);
        check("size", size, direction == Direction.NONE ? 0 : 1, direction == Direction.NONE ? 0 : 16383);
    }

    private static void check(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + "=" + value + ": must be in " + min + ".." + max);
        }
    }

    /**
     * {@code _IO}: a command without an argument in memory.
     *
     * @param type letter or number of the subsystem, 0..255
     * @param nr number within the type, 0..255
     * @return the number
     */
    public static IoctlNumber io(int type, int nr) {
        return new IoctlNumber(Direction.NONE, type, nr, 0);
    }

    /**
     * {@code _IOR}: the kernel fills in a structure.
     *
     * @param type letter or number of the subsystem, 0..255
     * @param nr number within the type, 0..255
     * @param struct the structure
     * @return the number
     */
    public static IoctlNumber ior(int type, int nr, StructSpec struct) {
        return new IoctlNumber(Direction.READ, type, nr, sizeOf(struct));
    }

    /**
     * {@code _IOR}: the kernel fills in a number.
     *
     * @param type letter or number of the subsystem, 0..255
     * @param nr number within the type, 0..255
     * @param scalar what the number is; of fixed width
     * @return the number
     */
    public static IoctlNumber ior(int type, int nr, FieldType scalar) {
        return new IoctlNumber(Direction.READ, type, nr, sizeOf(scalar));
    }

    /**
     * {@code _IOW}: the caller fills in a structure.
     *
     * @param type letter or number of the subsystem, 0..255
     * @param nr number within the type, 0..255
     * @param struct the structure
     * @return the number
     */
    public static IoctlNumber iow(int type, int nr, StructSpec struct) {
        return new IoctlNumber(Direction.WRITE, type, nr, sizeOf(struct));
    }

    /**
     * {@code _IOW}: the caller hands over a number.
     *
     * @param type letter or number of the subsystem, 0..255
     * @param nr number within the type, 0..255
     * @param scalar what the number is; of fixed width
     * @return the number
     */
    public static IoctlNumber iow(int type, int nr, FieldType scalar) {
        return new IoctlNumber(Direction.WRITE, type, nr, sizeOf(scalar));
    }

    /**
     * {@code _IOWR}: both fill in a structure.
     *
     * @param type letter or number of the subsystem, 0..255
     * @param nr number within the type, 0..255
     * @param struct the structure
     * @return the number
     */
    public static IoctlNumber iowr(int type, int nr, StructSpec struct) {
        return new IoctlNumber(Direction.READ_WRITE, type, nr, sizeOf(struct));
    }

    /**
     * {@code _IOWR}: both fill in a number.
     *
     * @param type letter or number of the subsystem, 0..255
     * @param nr number within the type, 0..255
     * @param scalar what the number is; of fixed width
     * @return the number
     */
    public static IoctlNumber iowr(int type, int nr, FieldType scalar) {
        return new IoctlNumber(Direction.READ_WRITE, type, nr, sizeOf(scalar));
    }

    private static int sizeOf(StructSpec struct) {
        if (!struct.legacy().isEmpty()) {
            throw new IllegalArgumentException("struct=" + struct.name() + ": its size differs between ABIs ("
                    + struct.legacy() + "); give the number literally, with a reason");
        }
        return Math.toIntExact(struct.size());
    }

    private static int sizeOf(FieldType scalar) {
        if (!scalar.isNumber() || !scalar.isPortable()) {
            throw new IllegalArgumentException("scalar=" + scalar + ": must be a number of fixed width");
        }
        return scalar.bytes();
    }

    /**
     * Takes a number apart.
     *
     * @param number 32 bits, unsigned
     * @param abi how it was packed
     * @return its parts
     * @throws IllegalArgumentException if it is more than 32 bits, or no builder makes such a number (size without a
     *         direction or the reverse), as historic commands have it
     */
    public static IoctlNumber decode(long number, IoctlAbi abi) {
        if (number >>> 32 != 0) {
            throw new IllegalArgumentException("number=0x" + Long.toHexString(number) + ": more than 32 bits");
        }
        IoctlNumber parts = new IoctlNumber(abi.direction(number), (int) (number >>> 8) & 0xff, (int) number & 0xff,
                abi.size(number));
        if (parts.encode(abi) != number) {
            throw new IllegalArgumentException(
                    "number=0x" + Long.toHexString(number) + ": is not packed as " + abi + " packs commands");
        }
        return parts;
    }

    /**
     * The number on an architecture.
     *
     * @param abi how it packs
     * @return 32 bits, unsigned
     * @throws IllegalArgumentException if the argument is larger than this packing can name
     */
    public long encode(IoctlAbi abi) {
        check("size", size, 0, abi.sizeLimit());
        return abi.pack(direction, type, nr, size);
    }

    /**
     * Whether the argument fits the command number of every architecture.
     *
     * @return true up to 8191 bytes
     */
    public boolean isPortable() {
        return size <= IoctlAbi.POWERPC.sizeLimit();
    }
}
