package org.quern.kapi.struct;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;

import org.quern.kapi.Operation;

/**
 * What a member of a structure is. Members whose size differs between 32 and 64 bit can be declared, because some C
 * structures have them, but {@link LayoutLint} refuses them in an argument of an ioctl. Bit fields and enumerations,
 * whose layout the C compiler chooses, cannot be declared at all.
 */
@Operation(threads = Operation.Threads.ANY)
public enum FieldType {
    /** Signed 8 bits. */
    S8("__s8", 1, true),
    /** Unsigned 8 bits. */
    U8("__u8", 1, false),
    /** Signed 16 bits. */
    S16("__s16", 2, true),
    /** Unsigned 16 bits. */
    U16("__u16", 2, false),
    /** Signed 32 bits. */
    S32("__s32", 4, true),
    /** Unsigned 32 bits. */
    U32("__u32", 4, false),
    /** Signed 64 bits. */
    S64("__s64", 8, true),
    /** Unsigned 64 bits; the Java {@code long} carries the same bits. */
    U64("__u64", 8, false),
    /** An address as an unsigned 64-bit number, whatever the size of a pointer. */
    ADDR64("__u64", 8, false),
    /** Text, a byte each; the only use of C's {@code char}, whose sign differs. */
    TEXT("char", 1, false),
    /** Explicit padding: a byte that must be zero. */
    RESERVED("__u8", 1, false),
    /** A nested structure. */
    STRUCT("struct", 0, false),
    /** Several structures that begin at the same place. */
    UNION("union", 0, false),
    /** {@code long}, 64 bits here and 32 elsewhere; not portable. */
    LONG("long", 8, true),
    /** A pointer, 64 bits here and 32 elsewhere; not portable. */
    POINTER("void *", 8, false);

    private final String c;
    private final int bytes;
    private final boolean signed;

    FieldType(String c, int bytes, boolean signed) {
        this.c = c;
        this.bytes = bytes;
        this.signed = signed;
    }

    /**
     * The type as C writes it.
     *
     * @return for instance {@code __u64}
     */
    public String c() {
        return c;
    }

    /**
     * The size of one element.
     *
     * @return bytes; 0 for {@link #STRUCT} and {@link #UNION}, which have no size of their own
     */
    public int bytes() {
        return bytes;
    }

    /**
     * Whether a value is sign-extended when it is read.
     *
     * @return true for signed numbers
     */
    public boolean isSigned() {
        return signed;
    }

    /**
     * Whether the size is the same on every ABI.
     *
     * @return false for {@link #LONG} and {@link #POINTER}
     */
    public boolean isPortable() {
        return this != LONG && this != POINTER;
    }

    /**
     * Whether a value of this type is read and written as one number.
     *
     * @return false for text, padding, structures and unions
     */
    public boolean isNumber() {
        return switch (this) {
            case TEXT, RESERVED, STRUCT, UNION -> false;
            default -> true;
        };
    }

    /** One element as memory, without alignment: the linter, not the access, demands natural alignment. */
    MemoryLayout layout() {
        return switch (bytes) {
            case 1 -> ValueLayout.JAVA_BYTE;
            case 2 -> ValueLayout.JAVA_SHORT_UNALIGNED;
            case 4 -> ValueLayout.JAVA_INT_UNALIGNED;
            case 8 -> ValueLayout.JAVA_LONG_UNALIGNED;
            default -> throw new IllegalStateException(this + " has no layout of its own");
        };
    }
}
