package org.quern.xarray.recycle;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.BlockPool;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * The nodes of one array. Everything here is done by a writer that holds the array's lock.
 *
 * <pre>
 *   reserve(n) --> spare[] --> take() --> in use --> retire() --> quarantine[] --> recycle() --> block pool
 * </pre>
 *
 * Invariants.
 * <ol>
 * <li>A block in the block pool or in {@code spare} is zero in all its 576 bytes.
 * <li>A retired node is zero in its slots 1..63; slot 0 may still link to a live child (a dropped root), the header may hold anything.
 * <li>At most {@link #MOST_QUARANTINED} nodes are in quarantine: this is the bound on garbage, 86 x 576 bytes.
 * <li>inUse + quarantined + spares never exceeds maxNodes, nor what the block pool handed out.
 * </ol>
 *
 * The memory is reserved with the first node, so that an array with no more than index 0 has none.
 */
public final class NodePool {
    /** Nodes of a batch: readers are sent back once for at least so many retired nodes, unless the array is at its limit and needs them earlier. */
    public static final int BATCH = 64;

    /** Most nodes one operation takes or retires: a path down and as many roots. */
    public static final int MOST_PER_OPERATION = 2 * Geometry.MAX_HEIGHT;

    /** Most nodes in quarantine. */
    public static final int MOST_QUARANTINED = BATCH + MOST_PER_OPERATION;

    private static final long RESERVE_FACTOR = 2;
    private static final long MOST_EVER = Integer.MAX_VALUE - 8;

    private final String name;
    private final long maxNodes;
    private final RecycleSequence sequence;
    private final Recycled recycled;
    private long[] spare = new long[MOST_PER_OPERATION];
    private final long[] quarantine = new long[MOST_QUARANTINED];
    private SharedBudget.@Nullable Share share;
    private @Nullable BlockPool blocks;
    private int spares;
    private int quarantined;
    private long inUse;

    /** What else must be let go when a node is reused. */
    public interface Recycled {
        /**
         * Called after the sequence was advanced and before the node is given back.
         *
         * @param offset the node
         */
        void nodeRecycled(long offset);
    }

    /**
     * A pool without memory.
     *
     * @param name for error messages and memory maps
     * @param maxBytes most bytes of nodes, those in quarantine included
     * @param sequence what protects the readers
     * @param recycled told of each node that is reused
     */
    public NodePool(String name, long maxBytes, RecycleSequence sequence, Recycled recycled) {
        this.name = name;
        this.maxNodes = maxBytes / NodeLayout.BYTES;
        this.sequence = sequence;
        this.recycled = recycled;
    }

    /**
     * Takes from a budget that others share. Called before the first node is taken.
     *
     * @param budget the budget
     */
    public void shareIn(SharedBudget budget) {
        share = budget.share(this);
    }

    /**
     * Makes sure that the next takes succeed, or changes nothing.
     *
     * @param nodes how many; mostly at most 22
     * @return false if there is no room
     */
    public boolean reserve(long nodes) {
        if (nodes > maxNodes - inUse || nodes > MOST_EVER) {
            return false;
        }
        if (nodes > spare.length) {
            spare = Arrays.copyOf(spare, Math.toIntExact(nodes));
        }
        if (inUse + Math.max(nodes, spares) + quarantined > maxNodes) {
            recycle();
        }
        BlockPool pool = blocks();
        int before = spares;
        while (spares < nodes) {
            long offset = takeBlock(pool);
            if (offset == 0 && quarantined > 0) {
                recycle();
                offset = takeBlock(pool);
            }
            if (offset >= linkableBytes()) {
                giveBack(pool, offset); // the system granted less address space than was asked for
                offset = 0;
            }
            if (offset == 0) {
                giveBackSpares(before);
                return false;
            }
            spare[spares++] = offset;
        }
        return true;
    }

    /**
     * The highest of the reserved nodes.
     *
     * @return its offset; 0 if none is reserved
     */
    public long highestSpare() {
        long highest = 0;
        for (int i = 0; i < spares; i++) {
            highest = Math.max(highest, spare[i]);
        }
        return highest;
    }

    /**
     * A zeroed node out of the reserved ones.
     *
     * @return its offset
     */
    public long take() {
        inUse++;
        return spare[--spares];
    }

    /**
     * Recycles a full batch. Called before an operation that retires nodes changes anything: recycling may need heap memory, retiring never does.
     */
    public void makeRoomToRetire() {
        if (quarantined >= BATCH) {
            recycle();
        }
    }

    /**
     * Puts a node that was just unlinked into quarantine.
     *
     * @param offset the node; its slots are empty, but for slot 0 of a dropped root
     */
    public void retire(long offset) {
        quarantine[quarantined++] = offset;
        inUse--;
    }

    /** Sends readers back and reuses all nodes in quarantine. */
    public void recycle() {
        if (quarantined == 0) {
            return;
        }
        sequence.advance();
        BlockPool pool = blocks();
        long base = pool.baseAddress();
        while (quarantined > 0) {
            long offset = quarantine[quarantined - 1];
            recycled.nodeRecycled(offset);
            NodeAccess.scrubPlain(base + offset);
            giveBack(pool, offset);
            quarantined--;
        }
    }

    /**
     * Reuses a node at once, whatever it holds.
     *
     * @param offset a node that was unlinked before the sequence was advanced last
     */
    public void discard(long offset) {
        BlockPool pool = blocks();
        recycled.nodeRecycled(offset);
        NodeAccess.wipePlain(pool.baseAddress() + offset);
        giveBack(pool, offset);
        inUse--;
    }

    /** Gives memory of unused nodes back to the system. */
    public void trim() {
        if (blocks != null) {
            blocks.trim();
        }
    }

    /** Gives all memory back to the system. The addresses stay mapped while this object is reachable. */
    public void close() {
        spares = 0;
        quarantined = 0;
        inUse = 0;
        if (blocks != null) {
            blocks.close();
        }
        if (share != null) {
            share.giveAllBack();
        }
    }

    /**
     * The memory, reserved on the first call.
     *
     * @return the block pool
     */
    public BlockPool blocks() {
        BlockPool pool = blocks;
        if (pool == null) {
            pool = BlockPool.open(name, NodeLayout.BYTES, RESERVE_FACTOR * (maxNodes + 1) * NodeLayout.BYTES);
            blocks = pool;
        }
        return pool;
    }

    /**
     * The offsets that links may have: the lower half of the reservation. The rest is never used; it is there so that a whole node lies behind every
     * word that passes {@link org.quern.xarray.entry.Entry#isLink}, even if that word were no link at all. Address space costs nothing.
     *
     * @return a power of two
     */
    public long linkableBytes() {
        return blocks().limitBytes() / RESERVE_FACTOR;
    }

    /**
     * Whether there is memory yet.
     *
     * @return false before the first node
     */
    public boolean isOpen() {
        return blocks != null;
    }

    /**
     * Nodes that are part of the tree.
     *
     * @return their number
     */
    public long inUse() {
        return inUse;
    }

    /**
     * Nodes that wait for the sequence.
     *
     * @return 0..{@value #MOST_QUARANTINED}
     */
    public int quarantined() {
        return quarantined;
    }

    /**
     * Nodes that a failed heap allocation left reserved; the next operation uses them first.
     *
     * @return mostly 0
     */
    public int reserved() {
        return spares;
    }

    /**
     * Most nodes this pool may hold.
     *
     * @return their number
     */
    public long maxNodes() {
        return maxNodes;
    }

    /**
     * The array's name.
     *
     * @return for messages
     */
    public String name() {
        return name;
    }

    /** Gives back what was reserved and not taken. */
    public void giveBackSpares() {
        giveBackSpares(0);
    }

    private long takeBlock(BlockPool pool) {
        if (share != null && !share.take(NodeLayout.BYTES)) {
            return 0;
        }
        long offset = pool.take();
        if (offset == 0 && share != null) {
            share.giveBack(NodeLayout.BYTES);
        }
        return offset;
    }

    private void giveBack(BlockPool pool, long offset) {
        pool.giveBack(offset);
        if (share != null) {
            share.giveBack(NodeLayout.BYTES);
        }
    }

    private void giveBackSpares(int kept) {
        if (spares > kept) {
            BlockPool pool = blocks();
            while (spares > kept) {
                giveBack(pool, spare[--spares]);
            }
        }
        if (spare.length > MOST_PER_OPERATION && spares <= MOST_PER_OPERATION) {
            spare = Arrays.copyOf(spare, MOST_PER_OPERATION);
        }
    }
}
