package org.quern.kapi.struct;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.quern.kapi.Operation;

/**
 * The rules by which a structure has the same layout on every ABI, 32 or 64 bit, and no byte that nobody wrote.
 * The kernel then needs no translation for 32-bit callers, and nothing leaks in either direction.
 *
 * <p>
 * Why no implicit padding: i386 aligns 64-bit numbers to 4 bytes and m68k to 2, so {@code (u32, u64, u32)} is 24 bytes
 * here and 16 there, and the bytes between are whatever the memory held before.
 */
@Operation(threads = Operation.Threads.ANY)
public final class LayoutLint {
    /** The most a structure may have: 13 bits of the command number on powerpc, mips, alpha and sparc. */
    public static final int PORTABLE_LIMIT = 8191;
    /** The most a command number can carry anywhere: 14 bits. */
    public static final int GENERIC_LIMIT = 16383;

    private static final Set<String> CLASSIC_TIMES = Set.of("timespec", "timeval", "itimerval", "itimerspec", "time_t");

    private LayoutLint() {}

    /** The rules. */
    public enum Rule {
        /** Every number has the same size on 32 and 64 bit. */
        FIXED_WIDTH,
        /** Addresses are 64-bit numbers, not pointers. */
        NO_POINTER,
        /** The offset of every member is a multiple of its size. */
        NATURAL_ALIGNMENT,
        /** Every byte between members has a name. */
        NO_INNER_PADDING,
        /** Every byte after the last member has a name. */
        NO_TRAILING_PADDING,
        /** The size is a multiple of 4: the old ARM ABI rounds up to that. */
        MULTIPLE_OF_FOUR,
        /** At most {@value LayoutLint#PORTABLE_LIMIT} bytes. */
        PORTABLE_SIZE,
        /** Times are 64-bit nanoseconds: the classic structures changed their size. */
        NO_CLASSIC_TIME,
        /** A member that carries the structure's size is the first. */
        SIZE_FIRST,
        /** Packing changes no offset. */
        PACKED_NATURALLY
    }

    /**
     * A rule that is broken.
     *
     * @param rule which
     * @param where the member, or the structure's name
     * @param text what is wrong, and what would be right
     */
    public record Finding(Rule rule, String where, String text) {
        @Override
        public String toString() {
            return where + " (" + rule + "): " + text;
        }
    }

    /**
     * Checks a structure and those nested in it.
     *
     * @param struct the structure
     * @return what is wrong; empty if it is laid out alike everywhere
     */
    public static List<Finding> check(StructSpec struct) {
        List<Finding> findings = new ArrayList<>();
        checkMembers(struct, findings);
        checkPadding(struct, findings);
        checkSize(struct, findings);
        return List.copyOf(findings);
    }

    private static void checkMembers(StructSpec struct, List<Finding> findings) {
        for (FieldSpec field : struct.fields()) {
            String where = struct.name() + "." + field.name();
            if (field.type() == FieldType.POINTER) {
                findings.add(new Finding(Rule.NO_POINTER, where, "a pointer; use a 64-bit number (ADDR64)"));
            } else if (!field.type().isPortable()) {
                findings.add(new Finding(Rule.FIXED_WIDTH, where,
                        field.type().c() + " is 32 or 64 bits wide; use a number of fixed width"));
            }
            if (field.offset() % field.alignment() != 0) {
                findings.add(new Finding(struct.packed() ? Rule.PACKED_NATURALLY : Rule.NATURAL_ALIGNMENT, where,
                        "offset " + field.offset() + " is not a multiple of " + field.alignment()));
            }
            for (StructSpec member : field.members()) {
                if (CLASSIC_TIMES.contains(member.name())) {
                    findings.add(new Finding(Rule.NO_CLASSIC_TIME, where, "use a 64-bit number of nanoseconds"));
                }
                findings.addAll(check(member));
            }
            if (field.name().equals("size") && !field.equals(struct.fields().getFirst())) {
                findings.add(new Finding(Rule.SIZE_FIRST, where, "the structure's own size comes first"));
            }
        }
    }

    private static void checkPadding(StructSpec struct, List<Finding> findings) {
        long end = 0;
        for (FieldSpec field : struct.fields()) {
            if (field.offset() != end) {
                findings.add(new Finding(Rule.NO_INNER_PADDING, struct.name() + "." + field.name(),
                        (field.offset() - end) + " bytes without a name before it; " + proposal(struct)));
            }
            end = field.offset() + field.size();
        }
        if (struct.size() != end) {
            findings.add(new Finding(Rule.NO_TRAILING_PADDING, struct.name(),
                    (struct.size() - end) + " bytes without a name at the end; " + proposal(struct)));
        }
    }

    private static void checkSize(StructSpec struct, List<Finding> findings) {
        if (struct.size() % 4 != 0) {
            findings.add(new Finding(Rule.MULTIPLE_OF_FOUR, struct.name(),
                    "size " + struct.size() + "; add " + (4 - struct.size() % 4) + " reserved bytes"));
        }
        if (struct.size() > PORTABLE_LIMIT) {
            findings.add(new Finding(Rule.PORTABLE_SIZE, struct.name(),
                    "size " + struct.size() + ": more than " + PORTABLE_LIMIT));
        }
    }

    /** Two ways out: an order without padding, if there is one, and the padding by name. */
    private static String proposal(StructSpec struct) {
        List<FieldSpec> sorted = struct.fields().stream()
                .sorted(Comparator.comparingLong(FieldSpec::alignment).reversed()).toList();
        long bytes = sorted.stream().mapToLong(FieldSpec::size).sum();
        String reserved = "add reserved members: " + holes(struct);
        if (bytes % struct.alignment() != 0) {
            return reserved;
        }
        return "reorder to " + sorted.stream().map(FieldSpec::name).collect(Collectors.joining(", ")) + " (" + bytes
                + " bytes everywhere), or " + reserved;
    }

    private static String holes(StructSpec struct) {
        List<String> holes = new ArrayList<>();
        long end = 0;
        for (FieldSpec field : struct.fields()) {
            if (field.offset() != end) {
                holes.add((field.offset() - end) + " bytes at " + end);
            }
            end = field.offset() + field.size();
        }
        if (struct.size() != end) {
            holes.add((struct.size() - end) + " bytes at " + end);
        }
        return String.join(", ", holes);
    }
}
