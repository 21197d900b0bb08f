package org.quern.jmh.xarray;

import java.util.List;

/** Loads of random indices. Each contestant has a loop of its own, so that the compiler knows what it calls. */
final class Loads {
    private Loads() {}

    static List<Contestant> of(DensePeers peers, int[] sequence) {
        return List.of(new Contestant("load, long[]", sequence, () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += peers.plain[index];
            }
            return sum;
        }), new Contestant("load, AtomicLongArray", sequence, () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += peers.atomic.getAcquire(index);
            }
            return sum;
        }), new Contestant("load, LongXArray", sequence, () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += peers.longs.load(index);
            }
            return sum;
        }), new Contestant("load, XArray", sequence, () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += peers.objects.load(index);
            }
            return sum;
        }), new Contestant("load, NonBlockingHashMapLong", sequence, () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += peers.nonBlocking.get(index);
            }
            return sum;
        }), new Contestant("load, ConcurrentHashMap", sequence, () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += peers.hashMap.get((long) index);
            }
            return sum;
        }), new Contestant("load, ConcurrentSkipListMap", sequence, () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += peers.skipList.get((long) index);
            }
            return sum;
        }), new Contestant("load, TreeMap (one thread)", sequence, () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += peers.treeMap.get((long) index);
            }
            return sum;
        }), new Contestant("load, Agrona (one thread)", sequence, () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += peers.agrona.get(index);
            }
            return sum;
        }), new Contestant("load, fastutil (one thread)", sequence, () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += peers.fastutil.get(index);
            }
            return sum;
        }), new Contestant("load, Eclipse (one thread)", sequence, () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += peers.eclipse.get(index);
            }
            return sum;
        }));
    }
}
