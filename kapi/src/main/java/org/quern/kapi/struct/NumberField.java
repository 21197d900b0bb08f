package org.quern.kapi.struct;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.quern.kapi.Operation;

/**
 * Reads and writes one number of a structure. Keep it in a static final field: a record's components are constants to the
 * compiler, so an access is one load or store and the bounds check of the segment.
 *
 * @param struct name of the structure, for messages
 * @param path name of the member, for messages
 * @param type what it is
 * @param offset bytes from the start of the outermost structure
 */
@Operation(threads = Operation.Threads.ANY)
public record NumberField(String struct, String path, FieldType type, long offset) {
    static NumberField of(StructSpec struct, String path) {
        StructSpec inside = struct;
        long offset = 0;
        String[] names = path.split("\\.", -1);
        for (int i = 0;; i++) {
            FieldSpec field = find(inside, names[i], struct, path);
            offset += field.offset();
            if (i == names.length - 1) {
                return new NumberField(struct.name(), path, numberOf(field, struct, path), offset);
            }
            inside = field.type() == FieldType.UNION
                    ? member(field, names[++i], struct, path)
                    : nested(field, struct, path);
            if (i == names.length - 1) {
                throw missing(struct, path);
            }
        }
    }

    private static FieldSpec find(StructSpec inside, String name, StructSpec struct, String path) {
        return inside.fields().stream().filter(f -> f.name().equals(name)).findFirst()
                .orElseThrow(() -> missing(struct, path));
    }

    private static StructSpec member(FieldSpec union, String name, StructSpec struct, String path) {
        return union.members().stream().filter(m -> m.name().equals(name)).findFirst()
                .orElseThrow(() -> missing(struct, path));
    }

    private static StructSpec nested(FieldSpec field, StructSpec struct, String path) {
        if (field.members().isEmpty()) {
            throw missing(struct, path);
        }
        return field.members().getFirst();
    }

    private static FieldType numberOf(FieldSpec field, StructSpec struct, String path) {
        if (!field.type().isNumber()) {
            throw missing(struct, path);
        }
        return field.type();
    }

    private static IllegalArgumentException missing(StructSpec struct, String path) {
        return new IllegalArgumentException("path='" + path + "': struct " + struct.name() + " has no such number");
    }

    /**
     * The value.
     *
     * @param memory one structure
     * @return sign-extended if the member is signed, else zero-extended; 64-bit numbers as their bits
     */
    public long get(MemorySegment memory) {
        return get(memory, 0);
    }

    /**
     * The value in a structure that begins within the memory.
     *
     * @param memory an array of structures
     * @param base where the structure begins, in bytes
     * @return sign-extended if the member is signed, else zero-extended
     */
    public long get(MemorySegment memory, long base) {
        long at = base + offset;
        boolean signed = type.isSigned();
        return switch (type.bytes()) {
            case 1 -> signed ? memory.get(ValueLayout.JAVA_BYTE, at) : memory.get(ValueLayout.JAVA_BYTE, at) & 0xffL;
            case 2 -> signed
                    ? memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at)
                    : memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at) & 0xffffL;
            case 4 -> signed
                    ? memory.get(ValueLayout.JAVA_INT_UNALIGNED, at)
                    : memory.get(ValueLayout.JAVA_INT_UNALIGNED, at) & 0xffff_ffffL;
            default -> memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
        };
    }

    /**
     * Writes a value.
     *
     * @param memory one structure
     * @param value what the member is to hold
     * @throws IllegalArgumentException if the value does not fit
     */
    public void set(MemorySegment memory, long value) {
        if (!fits(value)) {
            throw new IllegalArgumentException(
                    path + "=" + value + ": does not fit " + type.c() + " of struct " + struct);
        }
        switch (type.bytes()) {
            case 1 -> memory.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
            case 2 -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, (short) value);
            case 4 -> memory.set(ValueLayout.JAVA_INT_UNALIGNED, offset, (int) value);
            default -> memory.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, value);
        }
    }

    private boolean fits(long value) {
        int bits = type.bytes() * Byte.SIZE;
        if (bits == Long.SIZE) {
            return true;
        }
        int unused = Long.SIZE - bits;
        return value == (type.isSigned() ? value << unused >> unused : value << unused >>> unused);
    }

    /**
     * The value as a person reads it: addresses in hexadecimal.
     *
     * @param memory one structure
     * @return the text
     */
    public String show(MemorySegment memory) {
        long value = get(memory);
        return type == FieldType.ADDR64 || (value < 0 && !type.isSigned())
                ? "0x" + Long.toHexString(value)
                : Long.toString(value);
    }
}
