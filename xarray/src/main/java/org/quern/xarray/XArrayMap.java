package org.quern.xarray;

import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The map view of an {@link XArray}, of all its keys or a range, of all entries or those with a mark, ascending or descending. It has no state but that: everything is in the array.
 *
 * <pre>
 *   map order         ascending        descending
 *   key "before"      lower index      higher index
 *   ceiling, higher   {@link org.quern.xarray.tree.Scan}             {@link org.quern.xarray.tree.ReverseScan}
 *   floor, lower      ReverseScan      Scan
 * </pre>
 *
 * <p>One mapping for each entry, keyed by its first index. While no entry of the array spans indices, knowing that costs nothing; then each hit asks where its entry begins.
 *
 * <p>Atomic operations look, decide and set under the writer lock ({@link #swap}), comparing by identity; what compares by equality or computes does so before, without a lock,
 * and looks again if it was overtaken.
 */
@SuppressWarnings("NullAway") // the interfaces of java.util say in words, not in types, where they take and give null
final class XArrayMap<V> extends AbstractMap<Long, V> implements ConcurrentNavigableMap<Long, V> {
    private static final Comparator<Long> ASCENDING = Long::compareUnsigned;
    private static final Comparator<Long> DESCENDING = ASCENDING.reversed();

    private final XArray<V> array;
    private final @Nullable Mark mark;
    private final KeyRange range;
    private final boolean descending;
    private final Cells cells = new Cells();

    XArrayMap(XArray<V> array, @Nullable Mark mark) {
        this(array, mark, KeyRange.ALL, false);
    }

    private XArrayMap(XArray<V> array, @Nullable Mark mark, KeyRange range, boolean descending) {
        this.array = array;
        this.mark = mark;
        this.range = range;
        this.descending = descending;
    }

    // One key

    @Override
    public @Nullable V get(Object key) {
        return at((Long) key);
    }

    private @Nullable V at(long index) {
        if (!range.contains(index)) {
            return null;
        }
        V value = array.load(index);
        return value != null && array.beginsAt(index) && (mark == null || array.isMarked(index, mark)) ? value : null;
    }

    @Override
    public boolean containsKey(Object key) {
        return get(key) != null;
    }

    @Override
    public @Nullable V put(Long key, V value) {
        return exchange(key, value, true);
    }

    @Override
    public @Nullable V putIfAbsent(Long key, V value) {
        return exchange(key, value, false);
    }

    private @Nullable V exchange(long key, V value, boolean always) {
        Objects.requireNonNull(value, "value");
        range.require(key);
        array.tree().enter();
        try {
            V old = at(key);
            if (old == null || always) {
                swap(key, old, value);
            }
            return old;
        } finally {
            array.tree().unlock();
        }
    }

    /** Sets, replaces or removes a mapping if it is what is expected, by identity. */
    @SuppressWarnings("ReferenceEquality") // by identity: that is the point
    private boolean swap(long key, @Nullable V expected, @Nullable V update) {
        array.tree().enter();
        try {
            if (at(key) != expected) {
                return false;
            }
            if (expected == null && update != null) {
                range.require(key);
                requirePlace(key);
            }
            return (expected == null && update == null) || array.swap(key, expected, update);
        } finally {
            array.tree().unlock();
        }
    }

    private void requirePlace(long key) {
        if (mark != null) {
            throw new UnsupportedOperationException(
                    "key=" + Long.toUnsignedString(key) + ": a view of marked entries takes no new ones");
        }
        if (array.orderAt(key) > 0 && array.baseOf(key) != key) {
            throw new IllegalStateException("key=" + Long.toUnsignedString(key) + ": inside the entry at index "
                    + Long.toUnsignedString(array.baseOf(key)));
        }
    }

    @Override
    public @Nullable V remove(Object key) {
        return erase((Long) key);
    }

    private @Nullable V erase(long key) {
        array.tree().enter();
        try {
            V old = at(key);
            swap(key, old, null);
            return old;
        } finally {
            array.tree().unlock();
        }
    }

    @Override
    public boolean remove(Object key, @Nullable Object value) {
        return changeEqual((Long) key, value, null);
    }

    @Override
    public boolean replace(Long key, V expected, V update) {
        Objects.requireNonNull(expected, "oldValue");
        return changeEqual(key, expected, Objects.requireNonNull(update, "newValue"));
    }

    private boolean changeEqual(long key, @Nullable Object expected, @Nullable V update) {
        for (V old = at(key); old != null && old.equals(expected); old = at(key)) {
            if (swap(key, old, update)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public @Nullable V replace(Long key, V value) {
        Objects.requireNonNull(value, "value");
        long index = key;
        array.tree().enter();
        try {
            V old = at(index);
            return old != null && swap(index, old, value) ? old : null;
        } finally {
            array.tree().unlock();
        }
    }

    @Override
    public @Nullable V compute(Long key, BiFunction<? super Long, ? super V, ? extends V> function) {
        return AtomicUpdate.compute(array.tree(), cells, key, function::apply);
    }

    @Override
    public @Nullable V computeIfAbsent(Long key, Function<? super Long, ? extends V> function) {
        Objects.requireNonNull(function, "mappingFunction");
        V there = at(key);
        return there != null ? there : compute(key, (index, old) -> old != null ? old : function.apply(index));
    }

    @Override
    public @Nullable V computeIfPresent(Long key, BiFunction<? super Long, ? super V, ? extends V> function) {
        Objects.requireNonNull(function, "remappingFunction");
        return compute(key, (index, old) -> old == null ? null : function.apply(index, old));
    }

    @Override
    public @Nullable V merge(Long key, V value, BiFunction<? super V, ? super V, ? extends V> function) {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(function, "remappingFunction");
        return compute(key, (index, old) -> old == null ? value : function.apply(old, value));
    }

    @Override
    public V getOrDefault(Object key, V other) {
        V value = get(key);
        return value != null ? value : other;
    }

    // Many keys

    @Override
    public void forEach(BiConsumer<? super Long, ? super V> action) {
        Objects.requireNonNull(action, "action");
        if (!range.isEmpty()) {
            section().run(Deliveries.<V>toConsumer(), (index, value) -> {
                if (array.beginsAt(index)) {
                    action.accept(index, value);
                }
            });
        }
    }

    private Section section() {
        return new Section(array, range.first(), range.last(), mark, descending);
    }

    @Override
    public int size() {
        long[] count = new long[1];
        forEach((key, value) -> count[0]++);
        return (int) Math.min(count[0], Integer.MAX_VALUE);
    }

    @Override
    public boolean isEmpty() {
        return firstEntry() == null;
    }

    @Override
    public boolean containsValue(Object value) {
        Objects.requireNonNull(value, "value");
        return super.containsValue(value);
    }

    /** Mapping by mapping: what is reserved, or outside the range, or unmarked, stays. */
    @Override
    public void clear() {
        for (Iterator<?> all = entries(); all.hasNext();) {
            all.next();
            all.remove();
        }
    }

    private Iterator<Map.Entry<Long, V>> entries() {
        return new MapIterator<>(this);
    }

    /** Steps through the mappings; null if there are none. */
    @Nullable
    Walk<Probe<V>> walk() {
        return range.isEmpty() ? null : Walk.ofObjects(section());
    }

    /** Whether what a walk met is a mapping, and not the rest of an entry that begins before the range. */
    boolean isMapping(long index) {
        return array.beginsAt(index);
    }

    @Override
    public Set<Map.Entry<Long, V>> entrySet() {
        return new EntrySet();
    }

    @Override
    public Collection<V> values() {
        return new Values();
    }

    @Override
    public NavigableSet<Long> keySet() {
        return navigableKeySet();
    }

    @Override
    public NavigableSet<Long> navigableKeySet() {
        return new MapKeys(this);
    }

    @Override
    public NavigableSet<Long> descendingKeySet() {
        return descendingMap().navigableKeySet();
    }

    // Order

    @Override
    public Comparator<? super Long> comparator() {
        return descending ? DESCENDING : ASCENDING;
    }

    @Override
    public Long firstKey() {
        return keyOf(firstEntry());
    }

    @Override
    public Long lastKey() {
        return keyOf(lastEntry());
    }

    private static Long keyOf(Map.@Nullable Entry<Long, ?> entry) {
        if (entry == null) {
            throw new NoSuchElementException("the map is empty");
        }
        return entry.getKey();
    }

    private static @Nullable Long keyOrNull(Map.@Nullable Entry<Long, ?> entry) {
        return entry == null ? null : entry.getKey();
    }

    @Override
    public Map.@Nullable Entry<Long, V> firstEntry() {
        return range.isEmpty() ? null : descending ? atOrBelow(range.last()) : atOrAbove(range.first());
    }

    @Override
    public Map.@Nullable Entry<Long, V> lastEntry() {
        return range.isEmpty() ? null : descending ? atOrAbove(range.first()) : atOrBelow(range.last());
    }

    @Override
    public Map.@Nullable Entry<Long, V> ceilingEntry(Long key) {
        return descending ? atOrBelow(key) : atOrAbove(key);
    }

    @Override
    public Map.@Nullable Entry<Long, V> floorEntry(Long key) {
        return descending ? atOrAbove(key) : atOrBelow(key);
    }

    @Override
    public Map.@Nullable Entry<Long, V> higherEntry(Long key) {
        return descending ? below(key) : above(key);
    }

    @Override
    public Map.@Nullable Entry<Long, V> lowerEntry(Long key) {
        return descending ? above(key) : below(key);
    }

    private Map.@Nullable Entry<Long, V> above(long key) {
        return key == -1L ? null : atOrAbove(key + 1);
    }

    private Map.@Nullable Entry<Long, V> below(long key) {
        return key == 0 ? null : atOrBelow(key - 1);
    }

    private Map.@Nullable Entry<Long, V> atOrAbove(long key) {
        if (range.isEmpty() || Long.compareUnsigned(key, range.last()) > 0) {
            return null;
        }
        long first = Long.compareUnsigned(key, range.first()) > 0 ? key : range.first();
        return nearest(new Section(array, first, range.last(), mark, false));
    }

    private Map.@Nullable Entry<Long, V> atOrBelow(long key) {
        if (range.isEmpty() || Long.compareUnsigned(key, range.first()) < 0) {
            return null;
        }
        long last = Long.compareUnsigned(key, range.last()) < 0 ? key : range.last();
        return nearest(new Section(array, range.first(), last, mark, true));
    }

    private Map.@Nullable Entry<Long, V> nearest(Section part) {
        Walk<Probe<V>> walk = Walk.ofObjects(part);
        while (walk.advance()) {
            if (isMapping(walk.probe().index())) {
                return new SimpleImmutableEntry<>(walk.probe().index(), Entries.value(walk.probe()));
            }
        }
        return null;
    }

    @Override
    public @Nullable Long ceilingKey(Long key) {
        return keyOrNull(ceilingEntry(key));
    }

    @Override
    public @Nullable Long floorKey(Long key) {
        return keyOrNull(floorEntry(key));
    }

    @Override
    public @Nullable Long higherKey(Long key) {
        return keyOrNull(higherEntry(key));
    }

    @Override
    public @Nullable Long lowerKey(Long key) {
        return keyOrNull(lowerEntry(key));
    }

    @Override
    public Map.@Nullable Entry<Long, V> pollFirstEntry() {
        Map.Entry<Long, V> first = firstEntry();
        while (first != null && !swap(first.getKey(), first.getValue(), null)) {
            first = firstEntry();
        }
        return first;
    }

    @Override
    public Map.@Nullable Entry<Long, V> pollLastEntry() {
        Map.Entry<Long, V> last = lastEntry();
        while (last != null && !swap(last.getKey(), last.getValue(), null)) {
            last = lastEntry();
        }
        return last;
    }

    // Views

    private XArrayMap<V> over(KeyRange keys, boolean down) {
        return new XArrayMap<>(array, mark, keys, down);
    }

    @Override
    public ConcurrentNavigableMap<Long, V> descendingMap() {
        return over(range, !descending);
    }

    @Override
    public ConcurrentNavigableMap<Long, V> subMap(Long from, boolean fromInclusive, Long to, boolean toInclusive) {
        Long low = descending ? to : from;
        Long high = descending ? from : to;
        boolean lowInclusive = descending ? toInclusive : fromInclusive;
        boolean highInclusive = descending ? fromInclusive : toInclusive;
        return over(new KeyRange(low, lowInclusive, high, highInclusive).within(range), descending);
    }

    @Override
    public ConcurrentNavigableMap<Long, V> headMap(Long to, boolean inclusive) {
        return over(descending ? range.from(to, inclusive) : range.to(to, inclusive), descending);
    }

    @Override
    public ConcurrentNavigableMap<Long, V> tailMap(Long from, boolean inclusive) {
        return over(descending ? range.to(from, inclusive) : range.from(from, inclusive), descending);
    }

    @Override
    public ConcurrentNavigableMap<Long, V> subMap(Long from, Long to) {
        return subMap(from, true, to, false);
    }

    @Override
    public ConcurrentNavigableMap<Long, V> headMap(Long to) {
        return headMap(to, false);
    }

    @Override
    public ConcurrentNavigableMap<Long, V> tailMap(Long from) {
        return tailMap(from, true);
    }

    private final class Cells implements AtomicUpdate.Cells<V> {
        @Override
        public @Nullable V get(long index) {
            return at(index);
        }

        @Override
        public boolean swap(long index, @Nullable V expected, @Nullable V update) {
            return XArrayMap.this.swap(index, expected, update);
        }
    }

    private final class EntrySet extends AbstractSet<Map.Entry<Long, V>> {
        @Override
        public Iterator<Map.Entry<Long, V>> iterator() {
            return entries();
        }

        @Override
        public Spliterator<Map.Entry<Long, V>> spliterator() {
            return Spliterators.spliteratorUnknownSize(iterator(), MapKeys.CHARACTERISTICS | Spliterator.DISTINCT);
        }

        @Override
        public int size() {
            return XArrayMap.this.size();
        }

        @Override
        public boolean isEmpty() {
            return XArrayMap.this.isEmpty();
        }

        @Override
        public boolean contains(Object entry) {
            return entry instanceof Map.Entry<?, ?> pair && pair.getKey() instanceof Long key
                    && Objects.equals(at(key), pair.getValue()) && pair.getValue() != null;
        }

        @Override
        public boolean remove(Object entry) {
            return entry instanceof Map.Entry<?, ?> pair && pair.getKey() instanceof Long key
                    && XArrayMap.this.remove(key, pair.getValue());
        }

        @Override
        public void clear() {
            XArrayMap.this.clear();
        }
    }

    private final class Values extends AbstractCollection<V> {
        @Override
        public Iterator<V> iterator() {
            return MapIterator.mapped(entries(), Map.Entry::getValue);
        }

        @Override
        public Spliterator<V> spliterator() {
            return Spliterators.spliteratorUnknownSize(iterator(), MapKeys.CHARACTERISTICS);
        }

        @Override
        public int size() {
            return XArrayMap.this.size();
        }

        @Override
        public boolean isEmpty() {
            return XArrayMap.this.isEmpty();
        }

        @Override
        public void clear() {
            XArrayMap.this.clear();
        }
    }
}
