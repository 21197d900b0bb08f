package org.quern.xarray.trace;

import java.util.Set;
import java.util.TreeSet;

/**
 * One operation of a trace: {@code name argument .. -> result ~tag ..}, or an entry of the dump before it, which is the operation {@code @} without a result.
 *
 * @param number line in the file, from 1
 * @param name the operation
 * @param arguments what is left of the arrow, blank-separated
 * @param result what is right of it, without the tags
 * @param tags peculiarities of the recorded structure that the result shows
 */
public record TraceLine(int number, String name, String[] arguments, String result, Set<String> tags) {
    private static final String ARROW = " -> ";

    /** @return null for a comment */
    static TraceLine parse(int number, String text) {
        if (text.isEmpty() || text.charAt(0) == '#') {
            return null;
        }
        if (text.charAt(0) == '@') {
            return new TraceLine(number, "@", new String[0], text, Set.of());
        }
        int arrow = text.indexOf(ARROW);
        if (arrow < 0) {
            throw new IllegalArgumentException("line " + number + " has no arrow: " + text);
        }
        String[] left = text.substring(0, arrow).split(" ");
        Set<String> tags = new TreeSet<>();
        String result = text.substring(arrow + ARROW.length());
        for (int tilde = result.lastIndexOf(" ~"); tilde >= 0; tilde = result.lastIndexOf(" ~")) {
            tags.add(result.substring(tilde + 1));
            result = result.substring(0, tilde);
        }
        return new TraceLine(number, left[0], java.util.Arrays.copyOfRange(left, 1, left.length), result, tags);
    }

    long index(int argument) {
        return Long.parseUnsignedLong(arguments[argument]);
    }

    int number(int argument) {
        return Integer.parseInt(arguments[argument]);
    }

    /** A mark number, or {@link TracedArray#PRESENT} for {@code p}. */
    int filter(int argument) {
        return arguments[argument].equals("p") ? TracedArray.PRESENT : number(argument);
    }

    long value(int argument) {
        return value(arguments[argument]);
    }

    static long value(String text) {
        return switch (text) {
            case "-" -> TracedArray.ABSENT;
            case "zero" -> TracedArray.RESERVED;
            default -> {
                if (text.charAt(0) != 'v') {
                    throw new IllegalArgumentException("no entry: " + text);
                }
                yield Long.parseLong(text.substring(1));
            }
        };
    }

    static String text(long value) {
        return value == TracedArray.ABSENT ? "-" : value == TracedArray.RESERVED ? "zero" : "v" + value;
    }

    /** The line as it stands in a file. */
    String toText() {
        return name.equals("@") ? result : operation() + " -> " + result;
    }

    /** The left side as it was written. */
    String operation() {
        return arguments.length == 0 ? name : name + " " + String.join(" ", arguments);
    }
}
