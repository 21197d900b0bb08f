package org.quern.kapi;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;

/**
 * The C types that a declared signature may use, and what each is on the 64-bit Linux ABIs (LP64) and in Java.
 *
 * <p>
 * An address that the kernel takes as a number (a place in the address space) is {@link #ADDRESS}, a Java
 * {@code long}; memory that the call reads or writes is {@link #POINTER}, a Java {@code MemorySegment}, so that its
 * lifetime and size are known.
 */
public enum CType {
    /** {@code int}, 32 bits, signed. */
    INT("int", ValueLayout.JAVA_INT, int.class),
    /** {@code unsigned int}, 32 bits; the Java {@code int} carries the same bits. */
    UNSIGNED_INT("unsigned int", ValueLayout.JAVA_INT, int.class),
    /** {@code long}, 64 bits, signed. */
    LONG("long", ValueLayout.JAVA_LONG, long.class),
    /** {@code unsigned long}, 64 bits; the Java {@code long} carries the same bits. */
    UNSIGNED_LONG("unsigned long", ValueLayout.JAVA_LONG, long.class),
    /** {@code ssize_t}, 64 bits, signed. */
    SSIZE_T("ssize_t", ValueLayout.JAVA_LONG, long.class),
    /** {@code size_t}, 64 bits, unsigned; the Java {@code long} carries the same bits. */
    SIZE_T("size_t", ValueLayout.JAVA_LONG, long.class),
    /** {@code off_t}, 64 bits, signed. */
    OFF_T("off_t", ValueLayout.JAVA_LONG, long.class),
    /** {@code pid_t}, 32 bits, signed. */
    PID_T("pid_t", ValueLayout.JAVA_INT, int.class),
    /** {@code void *} as a number: a place in the address space, not memory that is read through it. */
    ADDRESS("void *", ValueLayout.JAVA_LONG, long.class),
    /** A pointer to memory that the call reads or writes. */
    POINTER("void *", ValueLayout.ADDRESS, java.lang.foreign.MemorySegment.class);

    private final String c;
    @SuppressWarnings("ImmutableEnumChecker") // layouts are immutable, which the checker does not know
    private final MemoryLayout layout;
    private final Class<?> carrier;

    CType(String c, MemoryLayout layout, Class<?> carrier) {
        this.c = c;
        this.layout = layout;
        this.carrier = carrier;
    }

    /**
     * The type as a manual page writes it.
     *
     * @return the C text
     */
    public String c() {
        return c;
    }

    /**
     * How the type is passed.
     *
     * @return the layout in a function descriptor
     */
    public MemoryLayout layout() {
        return layout;
    }

    /**
     * Whether a C program sees negative values of the type.
     *
     * @return true for the signed numbers
     */
    public boolean isSigned() {
        return switch (this) {
            case INT, LONG, SSIZE_T, OFF_T, PID_T -> true;
            case UNSIGNED_INT, UNSIGNED_LONG, SIZE_T, ADDRESS, POINTER -> false;
        };
    }

    /**
     * Whether a constant can be passed as this type, in its signed or its unsigned reading.
     *
     * @param value the constant
     * @return true if no bit of it is lost
     */
    public boolean fits(long value) {
        return carrier != int.class || (value >= Integer.MIN_VALUE && value <= 0xffff_ffffL);
    }

    /**
     * The Java type that stands for it in a bound call.
     *
     * @return {@code int}, {@code long} or {@code MemorySegment}
     */
    public Class<?> carrier() {
        return carrier;
    }
}
