package org.quern.vmap;

import org.quern.kapi.Operation;
import org.quern.vmap.share.ArenaHeader;

/**
 * A {@link SparseArena} of up to 2^45 bytes whose handles have 64 bits. Address space and file are sparse: what is not touched
 * costs nothing but 16 bytes of books where a run of pages begins. Thread-safe.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Arena64 extends SparseArena {
    private Arena64(SharedPages pages, boolean ownsFile) {
        super(pages, 64, ownsFile);
    }

    /**
     * Creates an arena in a file of its own.
     *
     * @param options at most 2^45 bytes of pages
     * @return the arena
     * @throws IllegalArgumentException if an option breaks a rule; the message names it
     * @throws MemoryFileException if the file cannot be created or mapped; ADDRESS_OCCUPIED if something else is there
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            IllegalArgumentException.class, MemoryFileException.class})
    public static Arena64 create(SparseArenaOptions options) {
        return new Arena64(created(options, 64), true);
    }

    static Arena64 createIn(MemoryFile file, SparseArenaOptions options, SharedPages.Surroundings around) {
        ArenaHeader header = header(options, 64);
        return new Arena64(createdIn(options, header, file, around), true);
    }

    /**
     * Attaches to an arena that another process, or this one, has created.
     *
     * @param file which holds it; stays the caller's
     * @return the arena
     * @throws ArenaAttachException if the file holds no such arena
     * @throws MemoryFileException if the file cannot be mapped; ADDRESS_OCCUPIED if the arena has an address and something
     *         else is there in this process
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "arena lock", errors = {
            ArenaAttachException.class, MemoryFileException.class, PeerStalledException.class,
            ArenaDamagedException.class})
    public static Arena64 attach(MemoryFile file) {
        return attach(file, 0, 0);
    }

    /**
     * As {@link #attach(MemoryFile)}, with what the caller expects.
     *
     * @param file which holds it; stays the caller's
     * @param address where it must be mapped; 0 for wherever the arena says
     * @param bytes how long it must be; 0 for as long as it is
     * @return the arena
     * @throws ArenaAttachException LONGER, SHORTER or OTHER_ADDRESS if it is not so; or as above
     * @throws MemoryFileException as above
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "arena lock", errors = {
            ArenaAttachException.class, MemoryFileException.class, PeerStalledException.class,
            ArenaDamagedException.class})
    public static Arena64 attach(MemoryFile file, long address, long bytes) {
        return new Arena64(attached(file, 64, address, bytes, machine()), false);
    }

    static Arena64 attach(MemoryFile file, SharedPages.Surroundings around) {
        return new Arena64(attached(file, 64, 0, 0, around), false);
    }
}
