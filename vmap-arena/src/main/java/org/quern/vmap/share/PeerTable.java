package org.quern.vmap.share;

import java.util.function.LongPredicate;

/**
 * Which processes are attached, and what each has seen. Slot 0 is for pages that are nobody's.
 *
 * <pre>
 *   slot:  identity (0: free)  |  acknowledged: the last change whose freed pages it has stopped showing  |  viewing: 0 or 1
 * </pre>
 *
 * Freed pages become free for all when every process that is viewing has acknowledged the change that freed them; one that
 * shows no page need not. All calls under the shared lock; the words need no order of their own.
 */
final class PeerTable {
    private static final long IDENTITY = 0;
    private static final long ACKNOWLEDGED = 8;
    private static final long VIEWING = 16;
    private static final int NONE = 0;

    private final ControlBlock block;
    private final LongPredicate alive;

    PeerTable(ControlBlock block, LongPredicate alive) {
        this.block = block;
        this.alive = alive;
    }

    /**
     * Enters a process; its slot, or 0 if none is to be had. A slot is used again only when no page is charged to it.
     */
    int register(long identity, RunBooks books) {
        for (int slot = 1; slot <= ControlBlock.PEERS - 1; slot++) {
            if (identity(slot) == 0 && books.charged(slot) == 0) {
                block.setPlain(ControlBlock.peer(slot) + VIEWING, 0);
                block.setPlain(ControlBlock.peer(slot) + IDENTITY, identity);
                return slot;
            }
        }
        return NONE;
    }

    void leave(int slot) {
        block.setPlain(ControlBlock.peer(slot) + IDENTITY, 0);
    }

    long identity(int slot) {
        return block.getPlain(ControlBlock.peer(slot) + IDENTITY);
    }

    boolean isViewing(int slot) {
        return block.getPlain(ControlBlock.peer(slot) + VIEWING) != 0;
    }

    void setViewing(int slot, boolean viewing) {
        block.setPlain(ControlBlock.peer(slot) + VIEWING, viewing ? 1 : 0);
    }

    /** Whether a process other than the one in a slot shows pages. */
    boolean othersView(int except) {
        for (int slot = 1; slot <= ControlBlock.PEERS - 1; slot++) {
            if (slot != except && identity(slot) != 0 && isViewing(slot)) {
                return true;
            }
        }
        return false;
    }

    void acknowledge(int slot, long change) {
        block.setPlain(ControlBlock.peer(slot) + ACKNOWLEDGED, change);
    }

    /**
     * The last change that everybody who is viewing has acknowledged. Processes that are in the way and dead are taken out
     * of the table.
     */
    long acknowledgedByAll(long changes) {
        long least = changes;
        for (int slot = 1; slot <= ControlBlock.PEERS - 1; slot++) {
            long identity = identity(slot);
            if (identity == 0 || !isViewing(slot)) {
                continue;
            }
            long seen = block.getPlain(ControlBlock.peer(slot) + ACKNOWLEDGED);
            if (seen >= least) {
                continue;
            }
            if (alive.test(identity)) {
                least = seen;
            } else {
                leave(slot);
            }
        }
        return least;
    }
}
