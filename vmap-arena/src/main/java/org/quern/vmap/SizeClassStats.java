package org.quern.vmap;

/**
 * What one class of a {@link SizeClassAllocator} holds. Read while other threads work, the counts are nearly of one instant.
 *
 * @param blockBytes the size of its blocks
 * @param slabs how many slabs it has
 * @param blocksInUse blocks handed out and not given back
 * @param blocksCached free blocks in the magazines of threads
 * @param blocksFree free blocks in transit between threads and in slabs
 * @param refills how often a thread's magazine was filled
 * @param flushes how often a thread's magazine handed blocks over
 */
public record SizeClassStats(int blockBytes, long slabs, long blocksInUse, long blocksCached, long blocksFree,
        long refills, long flushes) {}
