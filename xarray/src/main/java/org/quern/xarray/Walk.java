package org.quern.xarray;

import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.tree.Visit;

/**
 * Goes from entry to entry of a section: one search for each, so that it holds nothing of the array between two steps. Weakly consistent: an entry that is there from beginning to
 * end is met exactly once, one that comes or goes meanwhile may or may not be.
 *
 * <p>Confined to one thread at a time.
 *
 * @param <S> the probe that entries are put into
 */
final class Walk<S> {
    private final Section section;
    private final Visit<S> visit;
    private final S probe;
    private final ToLongFunction<S> indexOf;
    private long next;
    private boolean over;

    Walk(Section section, Visit<S> visit, S probe, ToLongFunction<S> indexOf) {
        this.section = section;
        this.visit = visit;
        this.probe = probe;
        this.indexOf = indexOf;
        this.next = section.descending() ? section.last() : section.first();
    }

    static Walk<LongProbe> ofLongs(Section section) {
        return new Walk<>(section, Deliveries.TO_LONG_PROBE, new LongProbe(), LongProbe::index);
    }

    static <V> Walk<Probe<V>> ofObjects(Section section) {
        return new Walk<>(section, Deliveries.toProbe(), new Probe<>(), Probe::index);
    }

    /** Puts the next entry into the probe; false if there is none. */
    boolean advance() {
        if (over || !section.runFrom(next, visit, probe)) {
            over = true;
            return false;
        }
        long index = indexOf.applyAsLong(probe);
        if (section.descending()) {
            over = index == section.first();
            next = index - 1;
        } else {
            long last = section.array().lastOfRead(index);
            over = Long.compareUnsigned(last, section.last()) >= 0;
            next = last + 1;
        }
        return true;
    }

    S probe() {
        return probe;
    }

    /** Nothing more is to be met. */
    void finish() {
        over = true;
    }

    /** What is still to be met; null if nothing. */
    @Nullable
    Section rest() {
        if (over) {
            return null;
        }
        return section.descending() ? section.range(section.first(), next) : section.range(next, section.last());
    }
}
