package org.quern.kapi;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The named constants that one parameter takes: bits to combine, or values to choose from. Used to validate, to print a
 * value by name, and to document.
 *
 * @param entries the constants in the order of declaration
 */
public record Constants(List<Constant> entries) {
    /**
     * One named number.
     *
     * @param name as in the C header
     * @param value as in the C header
     */
    public record Constant(String name, long value) {
        /**
         * Checks.
         *
         * @param name as in the C header
         * @param value as in the C header
         * @throws IllegalArgumentException if the name is blank
         */
        public Constant {
            Words.required("constant.name", name);
        }
    }

    /**
     * Copies the entries.
     *
     * @param entries the constants; two with one name are refused
     * @throws IllegalArgumentException if a name occurs twice
     */
    public Constants {
        entries = List.copyOf(entries);
        if (entries.stream().map(Constant::name).distinct().count() != entries.size()) {
            throw new IllegalArgumentException("entries=" + entries + ": a name occurs twice");
        }
    }

    /**
     * No constants yet.
     *
     * @return an empty list to add to
     */
    public static Constants none() {
        return new Constants(List.of());
    }

    /**
     * These constants and one more.
     *
     * @param name as in the C header
     * @param value as in the C header
     * @return the longer list
     */
    public Constants and(String name, long value) {
        List<Constant> more = new ArrayList<>(entries);
        more.add(new Constant(name, value));
        return new Constants(more);
    }

    /**
     * All values or-ed together.
     *
     * @return the mask of known bits
     */
    public long mask() {
        long mask = 0;
        for (int i = 0; i < entries.size(); i++) {
            mask |= entries.get(i).value();
        }
        return mask;
    }

    /**
     * All names, as a sentence lists them.
     *
     * @return for instance {@code PROT_READ, PROT_WRITE}
     */
    public String names() {
        return entries.stream().map(Constant::name).collect(Collectors.joining(", "));
    }

    /**
     * Whether one of the constants has exactly this value.
     *
     * @param value the number
     * @return true if it is named here
     */
    public boolean contains(long value) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).value() == value) {
                return true;
            }
        }
        return false;
    }

    /**
     * The constant of exactly this value, or the number.
     *
     * @param value the number
     * @return for instance {@code MADV_DONTNEED}, or {@code 77}
     */
    public String choice(long value) {
        return entries.stream().filter(e -> e.value() == value).map(Constant::name).findFirst()
                .orElse(Long.toString(value));
    }

    /**
     * The bits of a value by name; bits without a name as one hexadecimal rest.
     *
     * @param value the number
     * @return for instance {@code PROT_READ|PROT_WRITE}, {@code 0}, or {@code PROT_READ|0x100}
     */
    public String bits(long value) {
        StringBuilder text = new StringBuilder();
        long rest = value;
        for (Constant e : entries) {
            if (e.value() != 0 && (rest & e.value()) == e.value()) {
                text.append(text.isEmpty() ? "" : "|").append(e.name());
                rest &= ~e.value();
            }
        }
        if (rest != 0) {
            text.append(text.isEmpty() ? "" : "|").append("0x").append(Long.toHexString(rest));
        }
        return text.isEmpty() ? choice(0) : text.toString();
    }
}
