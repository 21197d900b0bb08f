package org.quern.xarray;

import java.util.AbstractMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.quern.kapi.Operation;

/**
 * Entries of an {@link XArray}: of a range, with a mark or all, ascending or descending. Made by {@link XArray#entries()}.
 *
 * <p>Immutable and live: a view holds nothing of the array, and each pass reads the array as it is then. No pass is a snapshot: an entry that is there from beginning to
 * end is delivered exactly once, one that comes or goes meanwhile may or may not be. No lock is taken. The array may be changed during a pass, also by who receives the entries.
 *
 * <p>Both directions deliver the same entries under the same indices: an entry that spans indices once, at its first; only one that stands across the beginning of the range at the
 * range's first index.
 *
 * <p>Streams split, so they run in parallel if asked; they have no known size.
 *
 * @param <V> type of the objects
 */
@Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        IllegalArgumentException.class, UnsupportedOperationException.class, IllegalStateException.class})
public final class Entries<V> extends AbstractEntries<Entries<V>> implements Iterable<Map.Entry<Long, V>> {
    Entries(Section section) {
        super(section);
    }

    @Override
    Entries<V> of(Section other) {
        return new Entries<>(other);
    }

    /**
     * Gives the entries to a consumer. Allocates nothing; O(leaves), and O(height) for each leaf. What the consumer throws ends the pass.
     *
     * @param consumer receives the entries
     * @throws NullPointerException if the consumer is null
     * @throws IllegalStateException if the array is closed
     */
    public void forEach(EntryConsumer<? super V> consumer) {
        section.run(Deliveries.<V>toConsumer(), Objects.requireNonNull(consumer, "consumer"));
    }

    /**
     * Gives the entries to a predicate until it says no.
     *
     * @param predicate receives the entries; true to go on
     * @return true if it said no, false if there was nothing left
     * @throws NullPointerException if the predicate is null
     * @throws IllegalStateException if the array is closed
     */
    public boolean forEachWhile(EntryPredicate<? super V> predicate) {
        return section.run(Deliveries.<V>toPredicate(), Objects.requireNonNull(predicate, "predicate"));
    }

    @Override
    public LongStream indices() {
        return StreamSupport.longStream(new SectionSpliterator.Numbers<>(section, Walk::<V>ofObjects, Probe<V>::index,
                (part, action) -> part.run(Deliveries.<V>toConsumer(), (index, value) -> action.accept(index))), false);
    }

    /**
     * The objects, in the order of their indices. The array is read when the stream runs.
     *
     * @return a stream
     * @throws IllegalStateException if the array is closed; out of the stream
     */
    public Stream<V> values() {
        return StreamSupport.stream(new SectionSpliterator.Elements<>(section, Walk::<V>ofObjects, Entries::value,
                (part, action) -> part.run(Deliveries.<V>toConsumer(), (index, value) -> action.accept(value))), false);
    }

    /**
     * Indices and objects. The array is read when the stream runs; each pair is what was there when its turn came, and does not change.
     *
     * @return a stream
     * @throws IllegalStateException if the array is closed; out of the stream
     */
    public Stream<Map.Entry<Long, V>> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    /**
     * As {@link #stream}, one by one. It cannot remove: the map of {@link XArray#asMap} can.
     *
     * @return an iterator
     */
    @Override
    public Iterator<Map.Entry<Long, V>> iterator() {
        return Spliterators.iterator(spliterator());
    }

    @Override
    public Spliterator<Map.Entry<Long, V>> spliterator() {
        return new SectionSpliterator.Elements<>(section, Walk::<V>ofObjects,
                probe -> entry(probe.index(), value(probe)), (part, action) -> part.run(Deliveries.<V>toConsumer(),
                        (index, value) -> action.accept(entry(index, value))));
    }

    private static <V> Map.Entry<Long, V> entry(long index, V value) {
        return new AbstractMap.SimpleImmutableEntry<>(index, value);
    }

    /** What a search found. */
    static <V> V value(Probe<V> probe) {
        return Objects.requireNonNull(probe.value());
    }
}
