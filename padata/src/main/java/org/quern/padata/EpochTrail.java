package org.quern.padata;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Epochs that were replaced and still have jobs in flight: their serial workers must stay. An old epoch ends when each
 * shell has serialised everything up to where its tail stood at the replacement.
 * <p>
 * Guarded by the masks' lock. Looked through when a worker leaves a shell while the trail is not empty, and when
 * counters are asked for; so the count of epochs returns to one once the instance is quiet (H13).
 */
final class EpochTrail {
    private record Old(Epoch epoch, Map<Engine, Long> boundaries) {
        boolean isOver() {
            boundaries.entrySet().removeIf(entry -> entry.getKey().hasPassed(entry.getValue()));
            return boundaries.isEmpty();
        }
    }

    private final Instance instance;
    private final List<Old> trail = new ArrayList<>();
    private volatile int length;

    EpochTrail(Instance instance) {
        this.instance = instance;
    }

    /** An epoch was replaced; every job submitted under it has its number and its slot. */
    void add(Epoch old) {
        Map<Engine, Long> boundaries = new HashMap<>();
        instance.shells().forEachEngine(engine -> {
            long tail = engine.tail();
            if (!engine.hasPassed(tail)) {
                boundaries.put(engine, tail);
            }
        });
        trail.add(new Old(old, boundaries));
        length = trail.size();
        trim();
    }

    void trimIfLong() {
        ReentrantLock lock = instance.masks().lock();
        if (length > 0 && lock.tryLock()) { // who holds it trims himself, or the next worker does
            try {
                trim();
            } finally {
                lock.unlock();
            }
        }
    }

    private void trim() {
        boolean ended = false;
        for (Iterator<Old> olds = trail.iterator(); olds.hasNext();) {
            if (olds.next().isOver()) {
                olds.remove();
                ended = true;
            }
        }
        length = trail.size();
        if (ended) {
            instance.workers().keepSerial(this::isNeeded);
        }
    }

    private boolean isNeeded(int cpu) {
        return instance.epoch().lanes().mask().contains(cpu)
                || trail.stream().anyMatch(old -> old.epoch().lanes().mask().contains(cpu));
    }

    /** The current epoch and the old ones. */
    int epochs() {
        ReentrantLock lock = instance.masks().lock();
        lock.lock();
        try {
            trim();
            return 1 + trail.size();
        } finally {
            lock.unlock();
        }
    }
}
