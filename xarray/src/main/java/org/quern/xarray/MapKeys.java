package org.quern.xarray;

import java.util.AbstractSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.ConcurrentNavigableMap;

import org.jspecify.annotations.Nullable;

/** The keys of a map view as a set: each question is the map's. */
@SuppressWarnings("NullAway") // the interfaces of java.util say in words, not in types, where they take and give null
final class MapKeys extends AbstractSet<Long> implements NavigableSet<Long> {
    static final int CHARACTERISTICS = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.CONCURRENT;

    private final ConcurrentNavigableMap<Long, ?> map;

    MapKeys(ConcurrentNavigableMap<Long, ?> map) {
        this.map = map;
    }

    private static @Nullable Long key(Map.@Nullable Entry<Long, ?> entry) {
        return entry == null ? null : entry.getKey();
    }

    @Override
    public Iterator<Long> iterator() {
        return keys(map);
    }

    private static <V> Iterator<Long> keys(ConcurrentNavigableMap<Long, V> map) {
        return MapIterator.mapped(map.entrySet().iterator(), Map.Entry::getKey);
    }

    @Override
    public Spliterator<Long> spliterator() {
        return Spliterators.spliteratorUnknownSize(iterator(), CHARACTERISTICS | Spliterator.DISTINCT);
    }

    @Override
    public Iterator<Long> descendingIterator() {
        return keys(map.descendingMap());
    }

    @Override
    public int size() {
        return map.size();
    }

    @Override
    public boolean isEmpty() {
        return map.isEmpty();
    }

    @Override
    public boolean contains(Object key) {
        return map.containsKey(key);
    }

    @Override
    public boolean remove(Object key) {
        return map.remove(key) != null;
    }

    @Override
    public void clear() {
        map.clear();
    }

    @Override
    public Comparator<? super Long> comparator() {
        return map.comparator();
    }

    @Override
    public Long first() {
        return map.firstKey();
    }

    @Override
    public Long last() {
        return map.lastKey();
    }

    @Override
    public @Nullable Long lower(Long key) {
        return map.lowerKey(key);
    }

    @Override
    public @Nullable Long floor(Long key) {
        return map.floorKey(key);
    }

    @Override
    public @Nullable Long ceiling(Long key) {
        return map.ceilingKey(key);
    }

    @Override
    public @Nullable Long higher(Long key) {
        return map.higherKey(key);
    }

    @Override
    public @Nullable Long pollFirst() {
        return key(map.pollFirstEntry());
    }

    @Override
    public @Nullable Long pollLast() {
        return key(map.pollLastEntry());
    }

    @Override
    public NavigableSet<Long> descendingSet() {
        return map.descendingKeySet();
    }

    @Override
    public NavigableSet<Long> subSet(Long from, boolean fromInclusive, Long to, boolean toInclusive) {
        return map.subMap(from, fromInclusive, to, toInclusive).navigableKeySet();
    }

    @Override
    public NavigableSet<Long> headSet(Long to, boolean inclusive) {
        return map.headMap(to, inclusive).navigableKeySet();
    }

    @Override
    public NavigableSet<Long> tailSet(Long from, boolean inclusive) {
        return map.tailMap(from, inclusive).navigableKeySet();
    }

    @Override
    public NavigableSet<Long> subSet(Long from, Long to) {
        return subSet(from, true, to, false);
    }

    @Override
    public NavigableSet<Long> headSet(Long to) {
        return headSet(to, false);
    }

    @Override
    public NavigableSet<Long> tailSet(Long from) {
        return tailSet(from, true);
    }
}
