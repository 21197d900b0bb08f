package org.quern.vmap.share;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The layout of what processes share beside the pages, and the only file that touches it. All words have 8 bytes.
 *
 * <pre>
 *        0  magic | layout and handle width | pages | page size | start | flags | budget
 *       64  lock: who holds it, 0 if nobody
 *      128  changes: how many were made     136 generations     144 peak of pages in use
 *      192  intent: number | change (first, count, meta, stamp) | 3 heads (page, word, stamp)
 *     4096  peers: 255 x 64 bytes (identity, acknowledged, viewing)
 *    24576  log: the last 1,024 changes (first, count, meta, stamp), entry n at n mod 1024
 *    65536  heads: 16 bytes for each page (word, stamp); only those at the first page of a run count
 *        +  pages, from the next multiple of the page size
 * </pre>
 *
 * Meta is {@code state | owner << 2}; a head's word is {@code meta | length << 10}.
 *
 * <p>
 * The order of each access stands in its name; the pairs are listed in docs/memory-model/vmap-arena-sharing.md. A mapping of
 * one file at two places, in one process or in two, is one memory for the processor, and the accesses are atomic.
 *
 * <p>
 * Not final, so that a test can let a process die between any two writes.
 */
public class ControlBlock {
    /** What stands at the beginning: "QUERNVA1". */
    public static final long MAGIC = 0x5155_4552_4e56_4131L;
    /** How many processes can be attached at a time. */
    public static final int PEERS = 255;
    /** How many changes the log remembers. */
    public static final int LOG = 1024;

    static final long AT_MAGIC = 0;
    static final long AT_LAYOUT = 8;
    static final long AT_PAGES = 16;
    static final long AT_PAGE_BYTES = 24;
    static final long AT_START = 32;
    static final long AT_FLAGS = 40;
    static final long AT_BUDGET = 48;
    static final long AT_LOCK = 64;
    static final long AT_CHANGES = 128;
    static final long AT_GENERATIONS = 136;
    static final long AT_PEAK = 144;
    static final long AT_INTENT = 192;
    static final int HEADS_OF_A_CHANGE = 3;

    private static final long AT_PEERS = 4096;
    private static final long PEER_BYTES = 64;
    private static final long AT_LOG = 24_576;
    private static final long CHANGE_BYTES = 32;
    private static final long AT_HEADS = 65_536;
    private static final long HEAD_BYTES = 16;

    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    private final MemorySegment memory;

    /**
     * Over a mapping.
     *
     * @param memory at least {@link #bytes} long
     */
    public ControlBlock(MemorySegment memory) {
        this.memory = memory;
    }

    /**
     * How long the block is.
     *
     * @param pages of the arena
     * @param pageBytes the size of a page
     * @return bytes, a multiple of the page size
     */
    public static long bytes(long pages, long pageBytes) {
        return (AT_HEADS + pages * HEAD_BYTES + pageBytes - 1) & -pageBytes;
    }

    static long peer(int slot) {
        return AT_PEERS + slot * PEER_BYTES;
    }

    static long logged(long change) {
        return AT_LOG + (change & (LOG - 1)) * CHANGE_BYTES;
    }

    static long head(long page) {
        return AT_HEADS + page * HEAD_BYTES;
    }

    long getPlain(long at) {
        return (long) WORD.get(memory, at);
    }

    /**
     * Writes a word, plainly.
     *
     * @param at where
     * @param value what
     */
    protected void setPlain(long at, long value) {
        WORD.set(memory, at, value);
    }

    long getAcquire(long at) {
        return (long) WORD.getAcquire(memory, at);
    }

    /**
     * Writes a word, after all that was written before.
     *
     * @param at where
     * @param value what
     */
    protected void setRelease(long at, long value) {
        WORD.setRelease(memory, at, value);
    }

    /**
     * Replaces a word if it is what is expected; a volatile access.
     *
     * @param at where
     * @param expected what is thought to stand there
     * @param value what is to stand there
     * @return whether it was replaced
     */
    protected boolean compareAndSetVolatile(long at, long expected, long value) {
        return WORD.compareAndSet(memory, at, expected, value);
    }
}
