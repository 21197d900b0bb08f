package org.quern.examples;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.quern.examples.gateway.GatewayException;
import org.quern.padata.CpuMask;
import org.quern.padata.CpuMaskFormatException;

/** CPUs on the command line: a list such as {@code 0,2-3}, or a mask such as {@code 0xd}. */
final class CpuOption {
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");

    private CpuOption() {}

    /** The CPUs an option names; each must be available to this process. */
    static CpuMask parse(String option, String text) throws GatewayException {
        CpuMask mask = text.startsWith("0x") ? mask(option, text) : list(option, text);
        if (mask.isEmpty()) {
            throw new GatewayException(option + "=" + text + ": the mask is empty: name at least one CPU");
        }
        for (int cpu : mask.toArray()) {
            checkAvailable(option, cpu);
        }
        return mask;
    }

    static void checkAvailable(String option, int cpu) throws GatewayException {
        CpuMask available = CpuMask.available();
        if (!available.contains(cpu)) {
            throw new GatewayException(option + ": CPU " + cpu + " does not exist or is not available to this process: "
                    + "available are " + available);
        }
    }

    private static CpuMask mask(String option, String text) throws GatewayException {
        try {
            return CpuMask.parse(text.substring(2), CpuMask.MAX_CPUS);
        } catch (CpuMaskFormatException e) {
            throw new GatewayException(option + "=" + text + ": " + e.getMessage(), e);
        }
    }

    private static CpuMask list(String option, String text) throws GatewayException {
        BitSet cpus = new BitSet();
        if (!text.isBlank()) {
            for (String part : text.split(",", -1)) {
                Matcher range = RANGE.matcher(part.strip());
                if (!range.matches()) {
                    throw new GatewayException(option + "=" + text + ": \"" + part + "\" is neither a CPU nor a range");
                }
                int first = Integer.parseInt(range.group(1));
                int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
                if (last < first || last >= CpuMask.MAX_CPUS) {
                    throw new GatewayException(option + "=" + text + ": \"" + part + "\" is no range of CPUs");
                }
                cpus.set(first, last + 1);
            }
        }
        return CpuMask.of(cpus);
    }
}
