package org.quern.xarray.image;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeLayout;

/**
 * An image of an array: the nodes of its tree, one after the other, level by level, with links that count from the beginning of the image. So it may lie anywhere, in a file
 * or in memory, in any process, and is read where it lies.
 *
 * <pre>
 *        0  header, one page      magic:8 version:4 flags:4 | head:8 | marks:4 CRC of the table:4 | nodes:8 | length:8 | .. | 4092 CRC of the page:4
 *    4,096  node 0 (the root)     576 bytes each, see NodeLayout; version and parent are 0
 *    4,672  node 1                ascending by level, then by index: so the n-th link met on the way leads to node n
 *      ..
 *    end of nodes                 CRC32C of each 1,820 nodes (1 MiB), 4 bytes each
 *      ..                         a hole
 *   length  = 4 KiB above the first power of two that is not below the end of the nodes, or the end of the table
 * </pre>
 *
 * <p>Why a hole up to a power of two: it is what {@link Entry#isLink} compares with. So behind every word that a walk could take for a link there is readable memory, even
 * if somebody has written over the image since it was checked. It costs no disk.
 *
 * <p>Words are in the byte order of the machine; the magic tells.
 *
 * <p>Stateless; all methods are pure.
 */
public final class ImageLayout {
    /** Bytes of the header. */
    public static final long HEADER_BYTES = 4096;

    static final long MAGIC = 0x5952_4158_4e52_5551L; // "QURNXARY"
    static final int VERSION = 1;
    static final long AT_MAGIC = 0;
    static final long AT_VERSION = 8;
    static final long AT_FLAGS = 12;
    static final long AT_HEAD = 16;
    static final long AT_MARKS = 24;
    static final long AT_TABLE_CRC = 28;
    static final long AT_NODES = 32;
    static final long AT_LENGTH = 40;
    static final long AT_HEADER_CRC = HEADER_BYTES - 4;
    static final int FLAG_ALLOCATING = 1;
    static final int FLAG_SPANNING = 2;

    /** Nodes of a chunk, which has a checksum of its own. */
    static final int CHUNK_NODES = 1820;
    static final long CRC_BYTES = 4;

    /** More than any array has. */
    private static final long MOST_NODES = Integer.MAX_VALUE - 8;

    private ImageLayout() {}

    /** Where a node lies; a multiple of 64, as links are. */
    static long offset(long number) {
        return HEADER_BYTES + number * NodeLayout.BYTES;
    }

    /** The number of chunks of so many nodes. */
    static long chunks(long nodes) {
        return (nodes + CHUNK_NODES - 1) / CHUNK_NODES;
    }

    static long tableEnd(long nodes) {
        return offset(nodes) + chunks(nodes) * CRC_BYTES;
    }

    /** Above every offset, a power of two. */
    static long limit(long nodes) {
        return Math.max(2 * HEADER_BYTES, Long.highestOneBit(offset(nodes) - 1) << 1);
    }

    static long length(long nodes) {
        return Math.max(limit(nodes), tableEnd(nodes)) + HEADER_BYTES;
    }

    static boolean isPossible(long nodes) {
        return nodes >= 0 && nodes <= MOST_NODES;
    }
}
