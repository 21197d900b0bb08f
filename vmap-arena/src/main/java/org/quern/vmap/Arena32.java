package org.quern.vmap;

import org.quern.kapi.Operation;
import org.quern.vmap.share.ArenaHeader;

/**
 * A {@link SparseArena} of at most 4 GiB whose handles have 32 bits: half the size of a link, and the form that programs of
 * the kernel's own arenas use. All its addresses in a process have equal upper 32 bits, so that a handle is also the lower
 * half of an address when the arena is mapped at a chosen one.
 *
 * <p>
 * Handles pass as {@code long} from 0 to 2^32-1 or, where a link was read, as {@code int}: see {@link #handle(int)}.
 * Thread-safe.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Arena32 extends SparseArena {
    private Arena32(SharedPages pages, boolean ownsFile) {
        super(pages, 32, ownsFile);
    }

    /**
     * Creates an arena in a file of its own.
     *
     * @param options at most 4 GiB of pages; if mapped at an address, within one 4 GiB window
     * @return the arena
     * @throws IllegalArgumentException if an option breaks a rule; the message names it
     * @throws MemoryFileException if the file cannot be created or mapped; ADDRESS_OCCUPIED if something else is there
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            IllegalArgumentException.class, MemoryFileException.class})
    public static Arena32 create(SparseArenaOptions options) {
        return new Arena32(created(options, 32), true);
    }

    static Arena32 createIn(MemoryFile file, SparseArenaOptions options, SharedPages.Surroundings around) {
        ArenaHeader header = header(options, 32);
        return new Arena32(createdIn(options, header, file, around), true);
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
    public static Arena32 attach(MemoryFile file) {
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
    public static Arena32 attach(MemoryFile file, long address, long bytes) {
        return new Arena32(attached(file, 32, address, bytes, machine()), false);
    }

    static Arena32 attach(MemoryFile file, SharedPages.Surroundings around) {
        return new Arena32(attached(file, 32, 0, 0, around), false);
    }

    /**
     * The handle that a link of 4 bytes means.
     *
     * @param link as read from memory
     * @return the same bits, as a number from 0 to 2^32-1
     */
    public static long handle(int link) {
        return Integer.toUnsignedLong(link);
    }
}
