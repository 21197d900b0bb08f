package org.quern.jmh.xarray;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntFunction;

import org.quern.xarray.LongXArray;
import org.quern.xarray.XArray;

/** Ways to keep a number for each of many indices; the collector sees some of them. */
enum Kept {
    /** Nothing is kept: what a collection costs anyway. */
    NOTHING(entries -> ""),
    /** Off the heap. */
    LONG_XARRAY(entries -> {
        LongXArray array = LongXArray.create();
        for (int i = 0; i < entries; i++) {
            array.store(i, i);
        }
        return array;
    }),
    /** The tree off the heap, its objects on it. */
    OBJECT_XARRAY(entries -> {
        XArray<Long> array = XArray.create();
        for (int i = 0; i < entries; i++) {
            array.store(i, (long) i);
        }
        return array;
    }),
    /** What Java offers in order. */
    SKIP_LIST(entries -> {
        var map = new ConcurrentSkipListMap<Long, Long>();
        for (int i = 0; i < entries; i++) {
            map.put((long) i, (long) i);
        }
        return map;
    }),
    /** What Java offers without order. */
    HASH_MAP(entries -> {
        var map = new ConcurrentHashMap<Long, Long>();
        for (int i = 0; i < entries; i++) {
            map.put((long) i, (long) i);
        }
        return map;
    });

    private final IntFunction<Object> keeper;

    Kept(IntFunction<Object> keeper) {
        this.keeper = keeper;
    }

    Object fill(int entries) {
        return keeper.apply(entries);
    }
}
