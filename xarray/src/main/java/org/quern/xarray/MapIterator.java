package org.quern.xarray;

import java.io.Serial;
import java.util.AbstractMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Iterates over the mappings of a map view, one ahead: what it has found it delivers, even if it is removed meanwhile. Weakly consistent, as a {@link Walk} is.
 *
 * @param <V> type of the objects
 */
final class MapIterator<V> implements Iterator<Map.Entry<Long, V>> {
    private final XArrayMap<V> map;
    private final @Nullable Walk<Probe<V>> walk;
    private Map.@Nullable Entry<Long, V> next;
    private @Nullable Long removable;

    MapIterator(XArrayMap<V> map) {
        this.map = map;
        this.walk = map.walk();
        this.next = look();
    }

    private Map.@Nullable Entry<Long, V> look() {
        while (walk != null && walk.advance()) {
            long index = walk.probe().index();
            if (map.isMapping(index)) {
                return new Mapping<>(map, index, Entries.value(walk.probe()));
            }
        }
        return null;
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public Map.Entry<Long, V> next() {
        Map.Entry<Long, V> found = next;
        if (found == null) {
            throw new NoSuchElementException("no mapping is left");
        }
        removable = found.getKey();
        next = look();
        return found;
    }

    @Override
    public void remove() {
        if (removable == null) {
            throw new IllegalStateException("next has not been called, or what it gave has been removed");
        }
        map.remove(removable);
        removable = null;
    }

    /** An iterator over something that mappings have. */
    static <V, T> Iterator<T> mapped(Iterator<Map.Entry<Long, V>> entries, Function<Map.Entry<Long, V>, T> part) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public T next() {
                return part.apply(entries.next());
            }

            @Override
            public void remove() {
                entries.remove();
            }
        };
    }

    /** What was found; setting its value puts it into the map. */
    private static final class Mapping<V> extends AbstractMap.SimpleEntry<Long, V> {
        @Serial
        private static final long serialVersionUID = 1;
        private final transient XArrayMap<V> map;

        Mapping(XArrayMap<V> map, Long key, V value) {
            super(key, value);
            this.map = map;
        }

        @Override
        public V setValue(V value) {
            map.put(getKey(), value);
            return super.setValue(value);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return super.equals(other);
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }
}
