package org.quern.xarray;

import java.util.Spliterator;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;

/**
 * The entries of a section as a source of streams. It splits in the middle of the indices that have entries, never inside an entry, so that parts that run at once meet each
 * entry once. One at a time it goes by a {@link Walk}, in bulk by a scan, leaf by leaf.
 *
 * <p>Its size is unknown, and only guessed from the distance between first and last index: that many where indices are dense.
 *
 * @param <S> the probe
 */
abstract class SectionSpliterator<S> {
    private static final long LEAST_SPAN = 128;
    private static final int CHARACTERISTICS = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.CONCURRENT;

    private final Function<Section, Walk<S>> walker;
    private Walk<S> walk;
    private long estimate = -1;

    SectionSpliterator(Section section, Function<Section, Walk<S>> walker) {
        this.walker = walker;
        this.walk = walker.apply(section);
    }

    final @Nullable S next() {
        return walk.advance() ? walk.probe() : null;
    }

    /** What is left, all of it to the caller. */
    final @Nullable Section takeRest() {
        Section rest = walk.rest();
        walk.finish();
        return rest;
    }

    /** Gives away the part that comes first; null if it is too small. */
    final @Nullable Section splitOff() {
        Section rest = walk.rest();
        if (rest == null) {
            return null;
        }
        long[] low = {0};
        long[] high = {0};
        AbstractXArray array = rest.array();
        if (!array.bounds(rest.first(), rest.last(), low, high)
                || Long.compareUnsigned(high[0] - low[0], LEAST_SPAN) < 0) {
            return null;
        }
        long middle = array.baseOf(low[0] + ((high[0] - low[0]) >>> 1));
        if (Long.compareUnsigned(middle, low[0]) <= 0) {
            return null; // one entry is larger than half of all
        }
        Section lower = rest.range(rest.first(), middle - 1);
        Section upper = rest.range(middle, rest.last());
        walk = walker.apply(rest.descending() ? lower : upper);
        estimate = -1;
        return rest.descending() ? upper : lower;
    }

    public long estimateSize() {
        if (estimate < 0) {
            long[] low = {0};
            long[] high = {0};
            Section rest = walk.rest();
            boolean any = rest != null && rest.array().bounds(rest.first(), rest.last(), low, high);
            long span = high[0] - low[0];
            estimate = !any ? 0 : span < 0 || span == Long.MAX_VALUE ? Long.MAX_VALUE : span + 1;
        }
        return estimate;
    }

    public int characteristics() {
        return CHARACTERISTICS;
    }

    /** Numbers of entries: indices or values. */
    static final class Numbers<S> extends SectionSpliterator<S> implements Spliterator.OfLong {
        private final Function<Section, Walk<S>> walker;
        private final ToLongFunction<S> number;
        private final BiConsumer<Section, LongConsumer> bulk;

        Numbers(Section section, Function<Section, Walk<S>> walker, ToLongFunction<S> number,
                BiConsumer<Section, LongConsumer> bulk) {
            super(section, walker);
            this.walker = walker;
            this.number = number;
            this.bulk = bulk;
        }

        @Override
        public boolean tryAdvance(LongConsumer action) {
            S probe = next();
            if (probe == null) {
                return false;
            }
            action.accept(number.applyAsLong(probe));
            return true;
        }

        @Override
        public void forEachRemaining(LongConsumer action) {
            Section rest = takeRest();
            if (rest != null) {
                bulk.accept(rest, action);
            }
        }

        @Override
        public Spliterator.@Nullable OfLong trySplit() {
            Section part = splitOff();
            return part == null ? null : new Numbers<>(part, walker, number, bulk);
        }
    }

    /** Objects made of entries. */
    static final class Elements<S, T> extends SectionSpliterator<S> implements Spliterator<T> {
        private final Function<Section, Walk<S>> walker;
        private final Function<S, T> object;
        private final BiConsumer<Section, Consumer<? super T>> bulk;

        Elements(Section section, Function<Section, Walk<S>> walker, Function<S, T> object,
                BiConsumer<Section, Consumer<? super T>> bulk) {
            super(section, walker);
            this.walker = walker;
            this.object = object;
            this.bulk = bulk;
        }

        @Override
        public boolean tryAdvance(Consumer<? super T> action) {
            S probe = next();
            if (probe == null) {
                return false;
            }
            action.accept(object.apply(probe));
            return true;
        }

        @Override
        public void forEachRemaining(Consumer<? super T> action) {
            Section rest = takeRest();
            if (rest != null) {
                bulk.accept(rest, action);
            }
        }

        @Override
        public @Nullable Spliterator<T> trySplit() {
            Section part = splitOff();
            return part == null ? null : new Elements<>(part, walker, object, bulk);
        }
    }
}
