package org.quern.xarray.image;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Tree;

/**
 * Makes an image of a tree. Called with the lock of its writers: the image is what the array holds at that moment. One pass over the nodes, level by level, through a buffer
 * of a MiB; besides it takes 8 bytes of heap a node.
 */
public final class ImageWriter {
    private final Tree tree;
    private final Sink sink;
    private final long[] queue;
    private int queued;

    /** Where the bytes go. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes a part of the image; what nobody writes reads as 0.
         *
         * @param at where it lies in the image
         * @param bytes the part; only valid during the call
         * @throws IOException if it cannot be kept
         */
        void write(long at, MemorySegment bytes) throws IOException;
    }

    /**
     * A writer.
     *
     * @param tree a tree whose words are values
     * @param sink where the bytes go
     */
    public ImageWriter(Tree tree, Sink sink) {
        this.tree = tree;
        this.sink = sink;
        this.queue = new long[Math.toIntExact(Entry.isRoot(tree.headPlain()) ? tree.nodes().inUse() : 0)];
    }

    /**
     * What the header will say.
     *
     * @param tree the tree
     * @return also how long the image will be
     */
    public static ImageHeader header(Tree tree) {
        long head = tree.headPlain();
        boolean isRoot = Entry.isRoot(head);
        long nodes = isRoot ? tree.nodes().inUse() : 0;
        return new ImageHeader(isRoot ? Entry.root(ImageLayout.offset(0), Entry.rootShift(head)) : head,
                tree.rootMarksAcquire(), nodes, ImageLayout.length(nodes), tree.allocating(), tree.spanningPlain());
    }

    /**
     * Writes the image; the header last.
     *
     * @throws IOException what the sink throws
     */
    public void write() throws IOException {
        ImageHeader header = header(tree);
        if (queue.length > 0) {
            queue[queued++] = Entry.rootOffset(tree.headPlain());
        }
        try (Arena arena = Arena.ofConfined()) {
            long chunkBytes = ImageLayout.CHUNK_NODES * NodeLayout.BYTES;
            MemorySegment chunk = arena.allocate(chunkBytes, Geometry.SLOTS);
            long chunks = ImageLayout.chunks(header.nodes());
            MemorySegment table = arena.allocate(chunks * ImageLayout.CRC_BYTES, ImageLayout.CRC_BYTES);
            for (int at = 0, number = 0; number < queue.length; number += ImageLayout.CHUNK_NODES, at++) {
                int count = Math.min(ImageLayout.CHUNK_NODES, queue.length - number);
                for (int i = 0; i < count; i++) {
                    // Safe because the chunk is aligned to 64 bytes, has room for CHUNK_NODES nodes, and i is below.
                    copy(tree.basePlain() + queue[number + i], chunk.address() + i * NodeLayout.BYTES);
                }
                MemorySegment filled = chunk.asSlice(0, count * NodeLayout.BYTES);
                table.setAtIndex(ValueLayout.JAVA_INT, at, ImageChecker.crc(filled, 0, filled.byteSize()));
                sink.write(ImageLayout.offset(number), filled);
            }
            if (queued != queue.length) {
                throw new IllegalStateException("array " + tree.nodes().name() + ": " + queued + " of " + queue.length
                        + " nodes can be reached");
            }
            sink.write(ImageLayout.offset(header.nodes()), table);
            MemorySegment page = arena.allocate(ImageLayout.HEADER_BYTES, Long.BYTES);
            header.writeTo(page, ImageChecker.crc(table, 0, table.byteSize()));
            sink.write(0, page);
        }
    }

    /** Copies a node; its children get the next numbers. */
    private void copy(long from, long to) {
        NodeAccess.initPlain(to, NodeAccess.shiftPlain(from), NodeAccess.basePlain(from));
        NodeAccess.addCountsPlain(to, NodeAccess.countPlain(from), NodeAccess.valueCountPlain(from));
        NodeAccess.setBitmapRelease(to, NodeLayout.SIBLINGS, NodeAccess.bitmapPlain(from, NodeLayout.SIBLINGS));
        NodeAccess.setBitmapRelease(to, NodeLayout.PRESENT, NodeAccess.bitmapPlain(from, NodeLayout.PRESENT));
        for (int mark = 0; mark < NodeLayout.MARK_COUNT; mark++) {
            NodeAccess.setBitmapRelease(to, NodeLayout.marks(mark),
                    NodeAccess.bitmapPlain(from, NodeLayout.marks(mark)));
        }
        for (int slot = 0; slot < Geometry.SLOTS; slot++) {
            long word = NodeAccess.slotPlain(from, slot);
            if (Entry.isLink(word, tree.linkMaskPlain())) {
                long child = Entry.toOffset(word);
                word = Entry.link(ImageLayout.offset(queued));
                queue[queued++] = child;
            }
            NodeAccess.setSlotPlain(to, slot, word);
        }
    }
}
