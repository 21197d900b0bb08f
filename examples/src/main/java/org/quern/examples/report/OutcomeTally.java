package org.quern.examples.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.quern.examples.esp.Outcome;

/** Counts outcomes and remembers the first packets of each, so that none is dropped without a word. For one thread at a time. */
public final class OutcomeTally {
    /** How many packet numbers are remembered for each outcome. */
    private static final int NAMED = 5;

    private final Map<Outcome, Count> counts = new EnumMap<>(Outcome.class);

    /** How many packets, and the first of them. */
    private static final class Count {
        private long packets;
        private final long[] first = new long[NAMED];

        void add(long packetNumber) {
            if (packets < NAMED) {
                first[(int) packets] = packetNumber;
            }
            packets++;
        }

        @Override
        public String toString() {
            int named = (int) Math.min(NAMED, packets);
            StringBuilder text = new StringBuilder(packets == 1 ? "packet" : "packets");
            for (int i = 0; i < named; i++) {
                text.append(i == 0 ? " " : ", ").append(first[i]);
            }
            return text.append(packets > named ? ", .." : "").toString();
        }
    }

    /** A tally of nothing. */
    public OutcomeTally() {
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, new Count());
        }
    }

    /**
     * Counts a packet.
     *
     * @param outcome what became of it
     * @param packetNumber its number in its capture
     */
    public void count(Outcome outcome, long packetNumber) {
        count(outcome).add(packetNumber);
    }

    private Count count(Outcome outcome) {
        return Objects.requireNonNull(counts.get(outcome));
    }

    /**
     * Packets with an outcome.
     *
     * @param outcome which
     * @return their number
     */
    public long of(Outcome outcome) {
        return count(outcome).packets;
    }

    /**
     * All packets counted.
     *
     * @return their number
     */
    public long all() {
        long sum = 0;
        for (Count count : counts.values()) {
            sum += count.packets;
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
                lines.add(of(outcome) + " " + outcome.text() + " (" + count(outcome) + ")");
            }
        }
        return lines;
    }
}
