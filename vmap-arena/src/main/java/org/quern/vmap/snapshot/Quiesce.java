package org.quern.vmap.snapshot;

import org.quern.kapi.Operation;

/**
 * How the caller keeps everybody from writing for a moment: the last round of a snapshot runs inside. It copies what changed
 * during the round before, which is little.
 *
 * <pre>
 *      snapshotter.take(lastRound -&gt; {
 *          writers.writeLock().lock();
 *          try {
 *              lastRound.run();
 *          } finally {
 *              writers.writeLock().unlock();
 *          }
 *      });
 * </pre>
 */
@FunctionalInterface
public interface Quiesce {
    /** Nobody writes anyway; the caller knows. */
    Quiesce NOBODY_WRITES = Runnable::run;

    /**
     * Stops the writers, runs the last round once, and lets them go on.
     *
     * @param lastRound to be run exactly once, by the calling thread, while nobody writes; what it throws is to be passed on
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS)
    void whileNobodyWrites(Runnable lastRound);
}
