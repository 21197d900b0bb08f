package org.quern.jmh.xarray;

import java.util.List;
import java.util.stream.LongStream;

/**
 * Writes at random indices: a value over a value, and churn, which takes the entry away and puts it back. One list serves one thread and two; the structures for one thread at a time
 * are not in it. The limit is a volatile store: no linearizable write is cheaper.
 */
final class Writes {
    private static final int VALUES = 1 << 10;

    private Writes() {}

    static List<Contestant> of(DensePeers peers, int[] sequence) {
        Long[] values = LongStream.range(0, VALUES).boxed().toArray(Long[]::new); // some peers do nothing where the very same object is put again
        return List.of(new Contestant("overwrite, AtomicLongArray", sequence, () -> {
            for (int index : sequence) {
                peers.atomic.set(index, index);
            }
            return 0;
        }), new Contestant("overwrite, LongXArray", sequence, () -> {
            for (int index : sequence) {
                peers.longs.store(index, index);
            }
            return 0;
        }), new Contestant("overwrite, XArray", sequence, () -> {
            for (int i = 0; i < sequence.length; i++) {
                peers.objects.store(sequence[i], values[i & VALUES - 1]);
            }
            return 0;
        }), new Contestant("overwrite, NonBlockingHashMapLong", sequence, () -> {
            for (int i = 0; i < sequence.length; i++) {
                peers.nonBlocking.put(sequence[i], values[i & VALUES - 1]);
            }
            return 0;
        }), new Contestant("overwrite, ConcurrentHashMap", sequence, () -> {
            for (int i = 0; i < sequence.length; i++) {
                peers.hashMap.put((long) sequence[i], values[i & VALUES - 1]);
            }
            return 0;
        }), new Contestant("overwrite, ConcurrentSkipListMap", sequence, () -> {
            for (int i = 0; i < sequence.length; i++) {
                peers.skipList.put((long) sequence[i], values[i & VALUES - 1]);
            }
            return 0;
        }), new Contestant("churn, AtomicLongArray", sequence, () -> {
            for (int index : sequence) {
                peers.atomic.set(index, 0);
                peers.atomic.set(index, index);
            }
            return 0;
        }), new Contestant("churn, LongXArray", sequence, () -> {
            for (int index : sequence) {
                peers.longs.erase(index);
                peers.longs.store(index, index);
            }
            return 0;
        }), new Contestant("churn, XArray", sequence, () -> {
            for (int i = 0; i < sequence.length; i++) {
                peers.objects.erase(sequence[i]);
                peers.objects.store(sequence[i], values[i & VALUES - 1]);
            }
            return 0;
        }), new Contestant("churn, NonBlockingHashMapLong", sequence, () -> {
            for (int i = 0; i < sequence.length; i++) {
                peers.nonBlocking.remove(sequence[i]);
                peers.nonBlocking.put(sequence[i], values[i & VALUES - 1]);
            }
            return 0;
        }), new Contestant("churn, ConcurrentHashMap", sequence, () -> {
            for (int i = 0; i < sequence.length; i++) {
                Long key = (long) sequence[i];
                peers.hashMap.remove(key);
                peers.hashMap.put(key, values[i & VALUES - 1]);
            }
            return 0;
        }), new Contestant("churn, ConcurrentSkipListMap", sequence, () -> {
            for (int i = 0; i < sequence.length; i++) {
                Long key = (long) sequence[i];
                peers.skipList.remove(key);
                peers.skipList.put(key, values[i & VALUES - 1]);
            }
            return 0;
        }));
    }
}
