package org.quern.xarray;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.tree.Tree;

/**
 * Changes one entry by a function, as one step: look, compute without a lock, and set if it is still the same object; else again. So no callback holds up the writers of
 * the array, and a function may use the array.
 *
 * <p>Who is overtaken {@value #ATTEMPTS} times takes the writer lock and computes under it, which always comes to an end. Only a function that changes the very entry it
 * computes could still be overtaken there, by itself: it is refused.
 *
 * <p>Rejected: computing under the lock always. It is simpler and calls the function once, but a slow function would stop all writers of all indices, and one that
 * waits for another writer would wait for ever.
 */
final class AtomicUpdate {
    private static final int ATTEMPTS = 64;

    /** Entries that can be read, and set if they are what was read. */
    interface Cells<V> {
        @Nullable
        V get(long index);

        boolean swap(long index, @Nullable V expected, @Nullable V update);
    }

    private AtomicUpdate() {}

    static <V> @Nullable V compute(Tree tree, Cells<V> cells, long index, EntryFunction<V> function) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            V old = cells.get(index);
            V update = function.apply(index, old);
            if (isDone(cells, index, old, update)) {
                return update;
            }
        }
        tree.enter();
        try {
            V old = cells.get(index);
            V update = function.apply(index, old);
            if (!isDone(cells, index, old, update)) {
                throw new IllegalStateException("array " + tree.nodes().name() + ", index="
                        + Long.toUnsignedString(index) + ": the function changed the entry that it computes");
            }
            return update;
        } finally {
            tree.unlock();
        }
    }

    @SuppressWarnings("ReferenceEquality") // to leave the same object where it is changes nothing
    private static <V> boolean isDone(Cells<V> cells, long index, @Nullable V old, @Nullable V update) {
        return update == old || cells.swap(index, old, update);
    }
}
