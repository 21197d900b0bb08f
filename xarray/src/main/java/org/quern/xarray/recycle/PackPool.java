package org.quern.xarray.recycle;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.BlockPool;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.node.PackLayout;

/**
 * The packed nodes of one sparse array: a pool of blocks for each size, opened with its first. A block is never used as another size. Everything here is done by a writer that
 * holds the array's lock, except {@link #addressOf}.
 *
 * <pre>
 *   take(class) --> in use --> retire() --> quarantine[] --> recycle() --> block pool of the class
 * </pre>
 *
 * Invariants.
 * <ol>
 * <li>A retired block keeps what it had, and is marked as moved, until the sequence was advanced.
 * <li>At most {@link #MOST_QUARANTINED} are in quarantine.
 * <li>Bytes in use and in quarantine, with those of the array's nodes, never exceed its limit.
 * </ol>
 */
public final class PackPool {
    /** Packed nodes of a batch: readers are sent back once for so many. An insertion retires one, so this is larger than a batch of nodes. */
    public static final int BATCH = 256;

    /** Most packed nodes in quarantine; an operation retires few. */
    public static final int MOST_QUARANTINED = BATCH + 16;

    private final NodePool nodes;
    private final RecycleSequence sequence;
    private final NodePool.Recycled recycled;
    private final @Nullable BlockPool[] pools = new BlockPool[PackLayout.classes()];
    private final long[] bases = new long[PackLayout.classes()];
    private final long[] limits = new long[PackLayout.classes()];
    private final long[] quarantine = new long[MOST_QUARANTINED];
    private int quarantined;
    private long inUse;
    private long bytes;

    /**
     * A pool without memory.
     *
     * @param nodes the nodes of the same array, which share its limit
     * @param sequence what protects the readers
     * @param recycled told of each packed node that is reused, by its link
     */
    public PackPool(NodePool nodes, RecycleSequence sequence, NodePool.Recycled recycled) {
        this.nodes = nodes;
        this.sequence = sequence;
        this.recycled = recycled;
    }

    /**
     * Takes a block.
     *
     * @param sizeClass its size class
     * @return a link to it; 0 if there is no room, and nothing has changed
     */
    public long take(int sizeClass) {
        long size = PackLayout.bytes(sizeClass);
        if (!nodes.fits(bytes + size)) {
            recycle();
            nodes.recycle();
            if (!nodes.fits(bytes + size)) {
                return 0;
            }
        }
        long packed = takeBlock(sizeClass);
        if (packed == 0 && quarantined + nodes.quarantined() > 0) {
            recycle();
            nodes.recycle();
            packed = takeBlock(sizeClass);
        }
        if (packed != 0) {
            inUse++;
            count(size);
        }
        return packed;
    }

    private long takeBlock(int sizeClass) {
        long size = PackLayout.bytes(sizeClass);
        BlockPool pool = pool(sizeClass);
        if (!nodes.takeShared(size)) {
            return 0;
        }
        long offset = pool.take();
        if (offset > limits[sizeClass] - size) {
            pool.giveBack(offset); // the last block does not fit the reservation
            offset = 0;
        }
        if (offset == 0) {
            nodes.giveBackShared(size);
            return 0;
        }
        return Packed.of(sizeClass, offset);
    }

    private BlockPool pool(int sizeClass) {
        BlockPool pool = pools[sizeClass];
        if (pool == null) {
            long size = PackLayout.bytes(sizeClass);
            pool = BlockPool.open(nodes.name() + ".packed" + PackLayout.capacity(sizeClass), size,
                    nodes.maxBytes() + 2 * size);
            bases[sizeClass] = pool.baseAddress();
            limits[sizeClass] = pool.limitBytes();
            pools[sizeClass] = pool;
        }
        return pool;
    }

    private void count(long added) {
        bytes += added;
        nodes.setElsewhere(bytes);
    }

    /**
     * The address of a packed node. For readers too: where a class begins was written before a link to one of its nodes was published.
     *
     * @param packed a link to it
     * @return its address, or 0 if the word leads nowhere
     */
    public long addressOf(long packed) {
        int sizeClass = Packed.sizeClass(packed);
        long offset = Packed.offset(packed);
        return sizeClass < bases.length && offset <= limits[sizeClass] - PackLayout.bytes(sizeClass)
                ? bases[sizeClass] + offset
                : 0;
    }

    /**
     * The link to a packed node.
     *
     * @param address its address
     * @param sizeClass its class
     * @return the word
     */
    public long linkTo(long address, int sizeClass) {
        return Packed.of(sizeClass, address - bases[sizeClass]);
    }

    /** Recycles a full batch. Called before an operation that retires changes anything. */
    public void makeRoomToRetire() {
        if (quarantined >= BATCH) {
            recycle();
        }
    }

    /**
     * Puts a packed node that was just replaced into quarantine.
     *
     * @param packed a link to it
     */
    public void retire(long packed) {
        quarantine[quarantined++] = packed;
        inUse--;
    }

    /** Sends readers back and reuses all in quarantine. */
    public void recycle() {
        if (quarantined == 0) {
            return;
        }
        sequence.advance();
        while (quarantined > 0) {
            giveBack(quarantine[--quarantined]);
        }
    }

    /**
     * Reuses a packed node at once.
     *
     * @param packed a link to one that was unlinked before the sequence was advanced last, or never linked
     */
    public void discard(long packed) {
        giveBack(packed);
        inUse--;
    }

    private void giveBack(long packed) {
        recycled.nodeRecycled(packed);
        int sizeClass = Packed.sizeClass(packed);
        pool(sizeClass).giveBack(Packed.offset(packed));
        nodes.giveBackShared(PackLayout.bytes(sizeClass));
        count(-PackLayout.bytes(sizeClass));
    }

    /** Gives memory of unused blocks back to the system. */
    public void trim() {
        for (BlockPool pool : pools) {
            if (pool != null) {
                pool.trim();
            }
        }
    }

    /** Gives all memory back to the system. The addresses stay mapped while this object is reachable. */
    public void close() {
        quarantined = 0;
        inUse = 0;
        count(-bytes);
        for (BlockPool pool : pools) {
            if (pool != null) {
                pool.close();
            }
        }
    }

    /**
     * Packed nodes that are part of the tree.
     *
     * @return their number
     */
    public long inUse() {
        return inUse;
    }

    /**
     * Packed nodes that wait for the sequence.
     *
     * @return 0..{@value #MOST_QUARANTINED}
     */
    public int quarantined() {
        return quarantined;
    }

    /**
     * What packed nodes take, those in quarantine included.
     *
     * @return bytes
     */
    public long bytes() {
        return bytes;
    }

    /**
     * What those in quarantine take.
     *
     * @return bytes
     */
    public long quarantinedBytes() {
        long sum = 0;
        for (int i = 0; i < quarantined; i++) {
            sum += PackLayout.bytes(Packed.sizeClass(quarantine[i]));
        }
        return sum;
    }

    /**
     * Blocks that were taken from the pools and not given back: those in use and in quarantine, if none is lost.
     *
     * @return their number
     */
    public long taken() {
        long sum = 0;
        for (BlockPool pool : pools) {
            sum += pool == null ? 0 : pool.blocksInUse();
        }
        return sum;
    }
}
