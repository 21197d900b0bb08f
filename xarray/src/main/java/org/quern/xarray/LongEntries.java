package org.quern.xarray;

import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;

import org.quern.kapi.Operation;

/**
 * Entries of a {@link LongXArray}: of a range, with a mark or all, ascending or descending. Made by {@link LongXArray#entries()}.
 *
 * <p>Immutable and live: a view holds nothing of the array, and each pass reads the array as it is then. No pass is a snapshot: an entry that is there from beginning to
 * end is delivered exactly once, one that comes or goes meanwhile may or may not be. No lock is taken. The array may be changed during a pass, also by who receives the entries.
 *
 * <p>Both directions deliver the same entries under the same indices: an entry that spans indices once, at its first; only one that stands across the beginning of the range at the
 * range's first index.
 *
 * <p>Streams split, so they run in parallel if asked; they have no known size.
 */
@Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        IllegalArgumentException.class, UnsupportedOperationException.class, IllegalStateException.class})
public final class LongEntries extends AbstractEntries<LongEntries> {
    LongEntries(Section section) {
        super(section);
    }

    @Override
    LongEntries of(Section other) {
        return new LongEntries(other);
    }

    /**
     * Gives the entries to a consumer. Allocates nothing; O(leaves), and O(height) for each leaf. What the consumer throws ends the pass.
     *
     * @param consumer receives the entries
     * @throws NullPointerException if the consumer is null
     * @throws IllegalStateException if the array is closed
     */
    public void forEach(LongEntryConsumer consumer) {
        section.run(Deliveries.TO_LONG_CONSUMER, Objects.requireNonNull(consumer, "consumer"));
    }

    /**
     * Gives the entries to a predicate until it says no.
     *
     * @param predicate receives the entries; true to go on
     * @return true if it said no, false if there was nothing left
     * @throws NullPointerException if the predicate is null
     * @throws IllegalStateException if the array is closed
     */
    public boolean forEachWhile(LongEntryPredicate predicate) {
        return section.run(Deliveries.TO_LONG_PREDICATE, Objects.requireNonNull(predicate, "predicate"));
    }

    @Override
    public LongStream indices() {
        return StreamSupport.longStream(new SectionSpliterator.Numbers<>(section, Walk::ofLongs, LongProbe::index,
                (part, action) -> part.run(Deliveries.TO_LONG_CONSUMER, (index, value) -> action.accept(index))),
                false);
    }

    /**
     * The values, in the order of their indices. The array is read when the stream runs.
     *
     * @return a stream of 0..2^63-1
     * @throws IllegalStateException if the array is closed; out of the stream
     */
    public LongStream values() {
        return StreamSupport.longStream(new SectionSpliterator.Numbers<>(section, Walk::ofLongs, LongProbe::value,
                (part, action) -> part.run(Deliveries.TO_LONG_CONSUMER, (index, value) -> action.accept(value))),
                false);
    }
}
