package org.quern.vmap;

import java.util.List;

import org.quern.kapi.Operation;

/**
 * What a {@link SizeClassAllocator} holds. Read while other threads work, the counts are nearly of one instant.
 *
 * @param name the allocator's name
 * @param reservedBytes address space
 * @param limitBytes the hard cap on resident bytes; {@code Long.MAX_VALUE} rounded down to pages if there is none
 * @param slabBytes memory of slabs: blocks in use, cached and free
 * @param largeBlocks blocks in use that have pages of their own
 * @param largeBytes their memory
 * @param dirtyBytes free pages that were not yet given back to the system
 * @param residentBytes an upper bound of what is in memory, by counting; the books are not in it
 * @param magazines how many sets of magazines there are: threads, and caches
 * @param doubleFreesDropped blocks that two threads gave back at the same instant, found and dropped later
 * @param refusedPurges how often the system did not take memory back
 * @param classes by size
 */
@Operation(threads = Operation.Threads.ANY)
public record AllocatorStats(String name, long reservedBytes, long limitBytes, long slabBytes, int largeBlocks,
        long largeBytes, long dirtyBytes, long residentBytes, int magazines, long doubleFreesDropped,
        long refusedPurges, List<SizeClassStats> classes) {
    /** Makes a snapshot of its own of the classes. */
    public AllocatorStats {
        classes = List.copyOf(classes);
    }

    /**
     * How many blocks are in use, of all sizes.
     *
     * @return 0 or more
     */
    public long blocksInUse() {
        return largeBlocks + classes.stream().mapToLong(SizeClassStats::blocksInUse).sum();
    }
}
