package org.quern.kapi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.quern.kapi.struct.StructSpec;

/**
 * One parameter of a declared call. Also the handle by which relations, buffer sizes and error conditions refer to it.
 *
 * @param name as in the manual page
 * @param type its C type
 * @param kind what its value means
 * @param direction whether the call reads or writes what is passed
 * @param flags what else is to know
 * @param constants names of values or bits; empty if it has none
 * @param constraints what a value must satisfy, checked in order
 * @param text one sentence for the reader
 */
public record Param(String name, CType type, Kind kind, Direction direction, Set<Flag> flags, Constants constants,
        List<Constraint> constraints, String text) {
    /** What a value means; also how it is printed. */
    public enum Kind {
        /** A number. */
        NUMBER,
        /** An open file descriptor. */
        FD,
        /** Named bits. */
        FLAGS,
        /** One of several named values. */
        CHOICE,
        /** A place in the address space. */
        ADDRESS,
        /** A number of bytes. */
        SIZE,
        /** A position in a file. */
        OFFSET,
        /** Memory. */
        MEMORY,
        /** Memory that holds text. */
        TEXT,
        /** Memory that holds the path of a file. */
        PATH,
        /** Memory that holds a structure. */
        STRUCT,
        /** Memory that holds one of several structures. */
        UNION,
        /** Memory that holds several elements. */
        ARRAY,
        /** The address of a function. */
        FUNCTION,
        /** Anything else. */
        CUSTOM;

        boolean isMemory() {
            return switch (this) {
                case MEMORY, TEXT, PATH, STRUCT, UNION, ARRAY, FUNCTION -> true;
                case NUMBER, FD, FLAGS, CHOICE, ADDRESS, SIZE, OFFSET, CUSTOM -> false;
            };
        }
    }

    /** Whether the call reads or writes what is passed. */
    public enum Direction {
        /** The call reads. */
        IN,
        /** The call writes. */
        OUT,
        /** The call reads and writes. */
        INOUT
    }

    /** What else is to know. */
    public enum Flag {
        /** May be null. */
        OPTIONAL,
        /** Declared {@code const}. */
        CONST,
        /** Declared {@code volatile}. */
        VOLATILE,
        /** An address of the calling process, as all pointers of system calls are. */
        USER,
        /** Read or written by a device. */
        DMA,
        /** Must be aligned. */
        ALIGNED
    }

    /**
     * Checks and copies.
     *
     * @param name as in the manual page
     * @param type its C type
     * @param kind what its value means
     * @param direction whether the call reads or writes what is passed
     * @param flags what else is to know
     * @param constants names of values or bits
     * @param constraints what a value must satisfy
     * @param text one sentence for the reader
     * @throws IllegalArgumentException if the name is blank, the kind does not go with the type, a number is written to,
     *         a constraint does not go with the type, or a constant breaks a constraint or does not fit the type
     */
    public Param {
        Words.required("param.name", name);
        constraints = List.copyOf(constraints);
        flags = flags.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(flags));
        boolean memory = type == CType.POINTER;
        if (kind != Kind.CUSTOM && kind.isMemory() != memory) {
            throw new IllegalArgumentException("kind=" + kind + ": " + name + " has type " + type);
        }
        if (!memory && (direction != Direction.IN || flags.contains(Flag.OPTIONAL))) {
            throw new IllegalArgumentException("direction=" + direction + ", flags=" + flags + ": " + name
                    + " is a number, which the call only reads and which cannot be null");
        }
        for (Constraint constraint : constraints) {
            if (constraint instanceof MemoryConstraint != memory) {
                throw new IllegalArgumentException("constraints=" + constraints + ": " + name
                        + (memory ? " is memory, not a number" : " is a number, not memory"));
            }
        }
        for (Constants.Constant constant : constants.entries()) {
            requireUsable(name, type, kind, constraints, constant);
        }
    }

    private static void requireUsable(String name, CType type, Kind kind, List<Constraint> constraints,
            Constants.Constant constant) {
        if (!type.fits(constant.value())) {
            throw new IllegalArgumentException("constants: " + constant + " of " + name + " does not fit " + type);
        }
        for (Constraint constraint : constraints) {
            if (kind == Kind.CHOICE && constraint instanceof Constraint.OnNumber rule
                    && !rule.holds(constant.value())) {
                throw new IllegalArgumentException("constants: " + constant + " of " + name + " is not "
                        + constraint.rule());
            }
        }
    }

    private static Param number(String name, CType type, Kind kind, Constants constants, Constraint... constraints) {
        return new Param(name, type, kind, Direction.IN, Set.of(), constants, List.of(constraints), "");
    }

    private static Param memory(String name, Kind kind, Direction direction, Constraint... constraints) {
        return new Param(name, CType.POINTER, kind, direction, Set.of(Flag.USER), Constants.none(),
                List.of(constraints), "");
    }

    /**
     * A place in the address space.
     *
     * @param name as in the manual page
     * @return the parameter
     */
    public static Param address(String name) {
        return number(name, CType.ADDRESS, Kind.ADDRESS, Constants.none());
    }

    /**
     * A number of bytes, 0 to 2^63-1: larger ones only ever wrap around in the kernel's rounding.
     *
     * @param name as in the manual page
     * @return the parameter
     */
    public static Param size(String name) {
        return number(name, CType.SIZE_T, Kind.SIZE, Constants.none(), new Constraint.Range(0, Long.MAX_VALUE));
    }

    /**
     * A position or length in a file, 0 to 2^63-1.
     *
     * @param name as in the manual page
     * @return the parameter
     */
    public static Param offset(String name) {
        return number(name, CType.OFF_T, Kind.OFFSET, Constants.none(), new Constraint.Range(0, Long.MAX_VALUE));
    }

    /**
     * Named bits.
     *
     * @param name as in the manual page
     * @param type its C type
     * @param known the bits that may be combined
     * @return the parameter
     */
    public static Param flags(String name, CType type, Constants known) {
        return number(name, type, Kind.FLAGS, known, new Constraint.Mask(known));
    }

    /**
     * A choice between named values.
     *
     * @param name as in the manual page
     * @param type its C type
     * @param known the values
     * @return the parameter
     */
    public static Param choice(String name, CType type, Constants known) {
        return number(name, type, Kind.CHOICE, known, new Constraint.OneOf(known));
    }

    /**
     * An open file descriptor.
     *
     * @param name as in the manual page
     * @return the parameter
     */
    public static Param fd(String name) {
        return number(name, CType.INT, Kind.FD, Constants.none(), new Constraint.Range(0, Integer.MAX_VALUE));
    }

    /**
     * Any number.
     *
     * @param name as in the manual page
     * @param type its C type
     * @return the parameter
     */
    public static Param number(String name, CType type) {
        return number(name, type, Kind.NUMBER, Constants.none());
    }

    /**
     * Memory that the call reads and writes, until said otherwise.
     *
     * @param name as in the manual page
     * @return the parameter
     */
    public static Param memory(String name) {
        return memory(name, Kind.MEMORY, Direction.INOUT);
    }

    /**
     * Memory that holds a structure, read and written until said otherwise.
     *
     * @param name as in the manual page
     * @param struct its layout; declare it with {@link CallBuilder#structure} too, so that it is documented
     * @return the parameter
     */
    public static Param struct(String name, StructSpec struct) {
        return memory(name, Kind.STRUCT, Direction.INOUT, new MemoryConstraint.Accessible(struct.size()));
    }

    /**
     * Text that ends with a zero byte.
     *
     * @param name as in the manual page
     * @param maxBytes the greatest length in bytes, without the terminator
     * @return the parameter
     */
    public static Param text(String name, long maxBytes) {
        return memory(name, Kind.TEXT, Direction.IN, new MemoryConstraint.Text(0, maxBytes)).with(Flag.CONST);
    }

    /**
     * The path of a file.
     *
     * @param name as in the manual page
     * @return the parameter
     */
    public static Param path(String name) {
        return memory(name, Kind.PATH, Direction.IN, new MemoryConstraint.Path()).with(Flag.CONST);
    }

    /**
     * This parameter with one more constraint.
     *
     * @param more checked after the present ones
     * @return the stricter parameter
     */
    public Param must(Constraint more) {
        List<Constraint> all = new ArrayList<>(constraints);
        all.add(more);
        return new Param(name, type, kind, direction, flags, constants, all, text);
    }

    /**
     * This parameter with its sentence.
     *
     * @param sentence for the reader
     * @return the documented parameter
     */
    public Param says(String sentence) {
        return new Param(name, type, kind, direction, flags, constants, constraints, sentence);
    }

    /**
     * This parameter with another C type of the same width class.
     *
     * @param other the C type
     * @return the parameter
     */
    public Param as(CType other) {
        return new Param(name, other, kind, direction, flags, constants, constraints, text);
    }

    /**
     * This parameter with another meaning.
     *
     * @param other the meaning
     * @return the parameter
     */
    public Param as(Kind other) {
        return new Param(name, type, other, direction, flags, constants, constraints, text);
    }

    /**
     * This memory, which the call only reads.
     *
     * @return the parameter
     */
    public Param in() {
        return new Param(name, type, kind, Direction.IN, flags, constants, constraints, text);
    }

    /**
     * This memory, which the call only writes.
     *
     * @return the parameter
     */
    public Param out() {
        return new Param(name, type, kind, Direction.OUT, flags, constants, constraints, text);
    }

    /**
     * This memory, which may be null.
     *
     * @return the parameter
     */
    public Param optional() {
        return with(Flag.OPTIONAL);
    }

    /**
     * This parameter with flags.
     *
     * @param more what else is to know
     * @return the parameter
     */
    public Param with(Flag... more) {
        Set<Flag> all = EnumSet.noneOf(Flag.class);
        all.addAll(flags);
        all.addAll(Arrays.asList(more));
        return new Param(name, type, kind, direction, all, constants, constraints, text);
    }

    /**
     * Whether null is acceptable.
     *
     * @return true for memory that may be null
     */
    public boolean isOptional() {
        return flags.contains(Flag.OPTIONAL);
    }

    /**
     * A value as this parameter prints it.
     *
     * @param value the argument
     * @return for instance {@code PROT_READ|PROT_WRITE} or {@code 0x7f0000000000}
     */
    public String show(long value) {
        return switch (kind) {
            case NUMBER, FD, SIZE, OFFSET, CUSTOM -> Long.toString(value);
            case ADDRESS, MEMORY, TEXT, PATH, STRUCT, UNION, ARRAY, FUNCTION -> "0x" + Long.toHexString(value);
            case FLAGS -> constants.bits(value);
            case CHOICE -> constants.choice(value);
        };
    }
}
