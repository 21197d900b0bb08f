package org.quern.xarray.model;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

import org.quern.xarray.trace.Span;
import org.quern.xarray.trace.TracedArray;

/** Holes and runs, found the slow way: a list of what is taken, in numbers that do not overflow. */
public final class Gaps {
    private static final BigInteger LAST = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

    /** Adjacent indices in the same state. */
    private record Part(BigInteger first, BigInteger last, boolean taken) {
        boolean contains(BigInteger index) {
            return first.compareTo(index) <= 0 && index.compareTo(last) <= 0;
        }
    }

    private final List<Part> parts = new ArrayList<>();

    private Gaps() {}

    public static Gaps of(Model model) {
        Gaps gaps = new Gaps();
        if (model.kind() == TracedArray.Kind.ALLOCATING_FROM_ONE && model.spanAt(0) == null) {
            gaps.take(BigInteger.ZERO, BigInteger.ZERO);
        }
        for (Span span : model.spans()) {
            gaps.take(number(span.first()), number(span.last()));
        }
        BigInteger next = gaps.next();
        if (next.compareTo(LAST) <= 0) {
            gaps.parts.add(new Part(next, LAST, false));
        }
        return gaps;
    }

    private BigInteger next() {
        return parts.isEmpty() ? BigInteger.ZERO : parts.getLast().last.add(BigInteger.ONE);
    }

    private void take(BigInteger first, BigInteger last) {
        BigInteger next = next();
        if (next.compareTo(first) < 0) {
            parts.add(new Part(next, first.subtract(BigInteger.ONE), false));
        } else if (!parts.isEmpty()) {
            parts.add(new Part(parts.removeLast().first, last, true));
            return;
        }
        parts.add(new Part(first, last, true));
    }

    private static BigInteger number(long index) {
        return new BigInteger(Long.toUnsignedString(index));
    }

    public OptionalLong lowest(long length, long alignment, long first, long last) {
        for (Part part : parts) {
            BigInteger unit = number(alignment);
            BigInteger low = part.first.max(number(first)).add(unit).subtract(BigInteger.ONE).divide(unit)
                    .multiply(unit);
            BigInteger high = part.last.min(number(last));
            if (!part.taken && low.add(number(length)).compareTo(high) <= 0
                    || !part.taken && low.add(number(length)).subtract(BigInteger.ONE).equals(high)) {
                return OptionalLong.of(low.longValue());
            }
        }
        return OptionalLong.empty();
    }

    public OptionalLong highest(long length, long alignment, long first, long last) {
        for (Part part : parts.reversed()) {
            BigInteger unit = number(alignment);
            BigInteger high = part.last.min(number(last)).subtract(number(length)).add(BigInteger.ONE);
            BigInteger start = high.signum() < 0 ? high : high.divide(unit).multiply(unit);
            if (!part.taken && start.compareTo(part.first.max(number(first))) >= 0) {
                return OptionalLong.of(start.longValue());
            }
        }
        return OptionalLong.empty();
    }

    /** As text; null if the index is in the other state. */
    public String around(long index, boolean taken) {
        Part part = parts.stream().filter(one -> one.contains(number(index))).findFirst().orElseThrow();
        return part.taken == taken ? part.first + ".." + part.last : "null";
    }
}
