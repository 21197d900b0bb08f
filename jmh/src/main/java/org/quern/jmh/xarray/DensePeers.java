package org.quern.jmh.xarray;

import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLongArray;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import org.agrona.collections.Long2LongHashMap;
import org.eclipse.collections.impl.map.mutable.primitive.LongLongHashMap;
import org.jctools.maps.NonBlockingHashMapLong;
import org.quern.xarray.LongXArray;
import org.quern.xarray.XArray;

/** The same numbers under the same dense indices, in everything that can hold them: what is for one thread at a time, what is for many, and plain arrays, the limit. */
final class DensePeers implements AutoCloseable {
    final long[] plain;
    final AtomicLongArray atomic;
    final LongXArray longs = LongXArray.create();
    final XArray<Long> objects = XArray.create();
    final ConcurrentSkipListMap<Long, Long> skipList = new ConcurrentSkipListMap<>(Long::compareUnsigned);
    final ConcurrentHashMap<Long, Long> hashMap = new ConcurrentHashMap<>();
    final NonBlockingHashMapLong<Long> nonBlocking = new NonBlockingHashMapLong<>();
    final TreeMap<Long, Long> treeMap = new TreeMap<>(Long::compareUnsigned);
    final Long2LongHashMap agrona = new Long2LongHashMap(-1);
    final Long2LongOpenHashMap fastutil = new Long2LongOpenHashMap();
    final LongLongHashMap eclipse = new LongLongHashMap();

    DensePeers(int entries) {
        plain = new long[entries];
        atomic = new AtomicLongArray(entries);
        for (int i = 0; i < entries; i++) {
            Long boxed = (long) i;
            plain[i] = i;
            longs.store(i, i);
            objects.store(i, boxed);
            skipList.put(boxed, boxed);
            hashMap.put(boxed, boxed);
            nonBlocking.put(i, boxed);
            treeMap.put(boxed, boxed);
            agrona.put(i, i);
            fastutil.put(i, i);
            eclipse.put(i, i);
        }
    }

    @Override
    public void close() {
        longs.close();
        objects.close();
    }
}
