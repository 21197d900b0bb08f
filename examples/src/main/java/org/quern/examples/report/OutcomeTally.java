package org.quern.examples.report;

import java.util.ArrayList;
import java.util.List;

import org.quern.examples.esp.Outcome;

/** Counts outcomes and remembers the first packets of each, so that none is dropped without a word. For one thread at a time. */
public final class OutcomeTally {
    /** How many packet numbers are remembered for each outcome. */
    private static final int NAMED = 5;

    private final long[] counts = new long[Outcome.values().length];
    private final long[][] first = new long[counts.length][NAMED];

    /** A tally of nothing. */
    public OutcomeTally() {}

    /**
     * Counts a packet.
     *
     * @param outcome what became of it
     * @param packetNumber its number in its capture
     */
    public void count(Outcome outcome, long packetNumber) {
        int kind = outcome.ordinal();
        if (counts[kind] < NAMED) {
            first[kind][(int) counts[kind]] = packetNumber;
        }
        counts[kind]++;
    }

    /**
     * Packets with an outcome.
     *
     * @param outcome which
     * @return their number
     */
    public long of(Outcome outcome) {
        return counts[outcome.ordinal()];
    }

    /**
     * All packets counted.
     *
     * @return their number
     */
    public long all() {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }

    /**
     * Packets that were refused for a reason of authenticity.
     *
     * @return their number
     */
    public long securityFailures() {
        long sum = 0;
        for (Outcome outcome : Outcome.values()) {
            sum += outcome.isSecurityFailure() ? of(outcome) : 0;
        }
        return sum;
    }

    /**
     * One line for each reason for which packets were refused.
     *
     * @return such as {@code 2 not an IP packet (packets 3, 17)}; empty when all were done
     */
    public List<String> refusals() {
        List<String> lines = new ArrayList<>();
        for (Outcome outcome : Outcome.values()) {
            if (outcome != Outcome.DONE && of(outcome) > 0) {
                lines.add(of(outcome) + " " + outcome.text() + " (packet" + numbers(outcome) + ")");
            }
        }
        return lines;
    }

    private String numbers(Outcome outcome) {
        int named = (int) Math.min(NAMED, of(outcome));
        StringBuilder text = new StringBuilder(of(outcome) == 1 ? "" : "s");
        for (int i = 0; i < named; i++) {
            text.append(i == 0 ? " " : ", ").append(first[outcome.ordinal()][i]);
        }
        return text.append(of(outcome) > named ? ", .." : "").toString();
    }
}
