package org.quern.padata;

import java.util.BitSet;

import org.quern.padata.CpuMaskFormatException.Reason;

/**
 * The text form of a CPU mask: reading and writing, nothing else.
 * <pre>
 *     40 possible CPUs, mask {0, 39}:      8 0 , 0 0 0 0 0 0 0 1 \n
 *                                          ---   ---------------
 *                              CPUs 39 .. 32       31  ..  0          the first group is as wide as the rest needs
 * </pre>
 * Reading goes from the right, a group at a time, because only from there is it known which CPUs a group stands for.
 * Separators that enclose nothing make no group: {@code 1,,5} is two groups.
 */
final class CpuMaskText {
    static final int GROUP_BITS = 32;
    private static final int GROUP_DIGITS = 8;
    /** A control file shows its text in one page, terminator included. */
    private static final int PAGE_BYTES = 4096;

    private CpuMaskText() {}

    static String format(BitSet cpus, int possibleCpus) {
        if (cpus.length() > possibleCpus) {
            throw new CpuMaskFormatException(Reason.EOVERFLOW,
                    "cpu=" + (cpus.length() - 1) + ": must be below possibleCpus=" + possibleCpus);
        }
        StringBuilder text = new StringBuilder();
        for (int group = groups(possibleCpus) - 1; group >= 0; group--) {
            appendGroup(text, cpus, group, Math.min(possibleCpus - group * GROUP_BITS, GROUP_BITS));
            text.append(group == 0 ? '\n' : ',');
        }
        if (text.length() >= PAGE_BYTES) {
            throw new CpuMaskFormatException(Reason.EINVAL,
                    "possibleCpus=" + possibleCpus + ": the text of " + text.length() + " bytes does not fit a page");
        }
        return text.toString();
    }

    private static void appendGroup(StringBuilder text, BitSet cpus, int group, int bits) {
        for (int digit = (bits + 3) / 4 - 1; digit >= 0; digit--) {
            int value = 0;
            for (int bit = 3; bit >= 0; bit--) {
                value = value << 1 | (cpus.get(group * GROUP_BITS + digit * 4 + bit) ? 1 : 0);
            }
            text.append(Character.forDigit(value, 16));
        }
    }

    static BitSet parse(String text, int possibleCpus) {
        BitSet cpus = new BitSet();
        int group = 0;
        int end = lineEnd(text);
        while ((end = skipSeparators(text, end)) > 0) {
            int start = groupStart(text, end);
            long bits = parseGroup(text, start, end);
            if (group == groups(possibleCpus)) {
                throw new CpuMaskFormatException(Reason.EOVERFLOW, "too many groups at position " + start + ": "
                        + possibleCpus + " possible CPUs have " + group);
            }
            setGroup(cpus, bits, group++ * GROUP_BITS, possibleCpus);
            end = start;
        }
        return cpus;
    }

    private static int groups(int possibleCpus) {
        return (possibleCpus + GROUP_BITS - 1) / GROUP_BITS;
    }

    private static int lineEnd(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\0') {
            end++;
        }
        return end;
    }

    private static int skipSeparators(String text, int end) {
        while (end > 0 && isSeparator(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    private static int groupStart(String text, int end) {
        while (end > 0 && !isSeparator(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    /** The kernel's idea of white space: that of C's isspace. */
    private static boolean isSeparator(char c) {
        return c == ',' || c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static long parseGroup(String text, int start, int end) {
        long bits = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw new CpuMaskFormatException(Reason.EINVAL,
                        "'" + c + "' at position " + i + ": must be a hexadecimal digit, a comma or white space");
            }
            bits = bits << 4 | digit;
        }
        if (end - start > GROUP_DIGITS) {
            throw new CpuMaskFormatException(Reason.EOVERFLOW,
                    "group \"" + text.substring(start, end) + "\" at position " + start + ": at most 8 digits");
        }
        return bits;
    }

    private static void setGroup(BitSet cpus, long bits, int firstCpu, int possibleCpus) {
        for (long rest = bits; rest != 0; rest &= rest - 1) {
            int cpu = firstCpu + Long.numberOfTrailingZeros(rest);
            if (cpu >= possibleCpus) {
                throw new CpuMaskFormatException(Reason.EOVERFLOW,
                        "cpu=" + cpu + ": must be below possibleCpus=" + possibleCpus);
            }
            cpus.set(cpu);
        }
    }
}
