package org.quern.kapi;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One parameter of a declared call.
 *
 * @param name as in the manual page
 * @param type its C type
 * @param notation how values are printed
 * @param constants names of values or bits; empty if it has none
 * @param constraints what a value must satisfy, checked in order
 * @param text one sentence for the reader
 */
public record Param(String name, CType type, Notation notation, Constants constants, List<Constraint> constraints,
        String text) {
    /** How the values of a parameter are printed. */
    public enum Notation {
        /** A decimal number. */
        NUMBER,
        /** A hexadecimal number. */
        HEX,
        /** Bits by name. */
        BITS,
        /** A value by name. */
        CHOICE
    }

    /**
     * Checks and copies.
     *
     * @param name as in the manual page
     * @param type its C type
     * @param notation how values are printed
     * @param constants names of values or bits
     * @param constraints what a value must satisfy
     * @param text one sentence for the reader
     * @throws IllegalArgumentException if the name is blank, or a pointer has constraints on its number
     */
    public Param {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name='" + name + "': a parameter needs a name");
        }
        constraints = List.copyOf(constraints);
        if (type == CType.POINTER && !constraints.isEmpty()) {
            throw new IllegalArgumentException("constraints=" + constraints + ": " + name + " is memory, not a number");
        }
    }

    private static Param of(String name, CType type, Notation notation, Constants constants,
            Constraint... constraints) {
        return new Param(name, type, notation, constants, List.of(constraints), "");
    }

    /**
     * A place in the address space.
     *
     * @param name as in the manual page
     * @return the parameter
     */
    public static Param address(String name) {
        return of(name, CType.ADDRESS, Notation.HEX, Constants.none());
    }

    /**
     * A number of bytes, 0 to 2^63-1: larger ones only ever wrap around in the kernel's rounding.
     *
     * @param name as in the manual page
     * @return the parameter
     */
    public static Param size(String name) {
        return of(name, CType.SIZE_T, Notation.NUMBER, Constants.none(), new Constraint.Range(0, Long.MAX_VALUE));
    }

    /**
     * A position or length in a file, 0 to 2^63-1.
     *
     * @param name as in the manual page
     * @return the parameter
     */
    public static Param offset(String name) {
        return of(name, CType.OFF_T, Notation.NUMBER, Constants.none(), new Constraint.Range(0, Long.MAX_VALUE));
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
        return of(name, type, Notation.BITS, known, new Constraint.Mask(known));
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
        return of(name, type, Notation.CHOICE, known, new Constraint.OneOf(known));
    }

    /**
     * An open file descriptor.
     *
     * @param name as in the manual page
     * @return the parameter
     */
    public static Param fd(String name) {
        return of(name, CType.INT, Notation.NUMBER, Constants.none(), new Constraint.Range(0, Integer.MAX_VALUE));
    }

    /**
     * Any number.
     *
     * @param name as in the manual page
     * @param type its C type
     * @return the parameter
     */
    public static Param number(String name, CType type) {
        return of(name, type, Notation.NUMBER, Constants.none());
    }

    /**
     * Memory that the call reads or writes.
     *
     * @param name as in the manual page
     * @return the parameter
     */
    public static Param memory(String name) {
        return of(name, CType.POINTER, Notation.HEX, Constants.none());
    }

    /**
     * This parameter with one more constraint.
     *
     * @param more checked after the present ones
     * @return the stricter parameter
     */
    public Param must(Constraint more) {
        List<Constraint> all = new ArrayList<>(constraints);
        all.add(Objects.requireNonNull(more, "more"));
        return new Param(name, type, notation, constants, all, text);
    }

    /**
     * This parameter with its sentence.
     *
     * @param sentence for the reader
     * @return the documented parameter
     */
    public Param says(String sentence) {
        return new Param(name, type, notation, constants, constraints, sentence);
    }

    /**
     * A value as this parameter prints it.
     *
     * @param value the argument
     * @return for instance {@code PROT_READ|PROT_WRITE} or {@code 0x7f0000000000}
     */
    public String show(long value) {
        return switch (notation) {
            case NUMBER -> Long.toString(value);
            case HEX -> "0x" + Long.toHexString(value);
            case BITS -> constants.bits(value);
            case CHOICE -> constants.choice(value);
        };
    }
}
