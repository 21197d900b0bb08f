package org.quern.xarray.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.quern.xarray.tree.FrozenTree;

/**
 * What the header of an image says.
 *
 * @param head the head of the tree, with the root where it lies in the image
 * @param rootMarks bit m: some entry has mark m
 * @param nodes how many
 * @param length bytes of the image, with its hole
 * @param allocating whether the array handed out ids, and so has no mark 0
 * @param spanning whether it had entries that span indices
 */
public record ImageHeader(long head, int rootMarks, long nodes, long length, boolean allocating, boolean spanning) {
    /**
     * The bytes that are not hole.
     *
     * @return bytes from the beginning
     */
    public long contentBytes() {
        return ImageLayout.tableEnd(nodes);
    }

    /**
     * The tree of an image.
     *
     * @param image where it lies; checked
     * @return for readers
     */
    public FrozenTree tree(MemorySegment image) {
        return new FrozenTree(image, image.address(), ImageLayout.limit(nodes), head, rootMarks, allocating, spanning);
    }

    void writeTo(MemorySegment page, int tableCrc) {
        page.set(ValueLayout.JAVA_LONG, ImageLayout.AT_MAGIC, ImageLayout.MAGIC);
        page.set(ValueLayout.JAVA_INT, ImageLayout.AT_VERSION, ImageLayout.VERSION);
        page.set(ValueLayout.JAVA_INT, ImageLayout.AT_FLAGS,
                (allocating ? ImageLayout.FLAG_ALLOCATING : 0) | (spanning ? ImageLayout.FLAG_SPANNING : 0));
        page.set(ValueLayout.JAVA_LONG, ImageLayout.AT_HEAD, head);
        page.set(ValueLayout.JAVA_INT, ImageLayout.AT_MARKS, rootMarks);
        page.set(ValueLayout.JAVA_INT, ImageLayout.AT_TABLE_CRC, tableCrc);
        page.set(ValueLayout.JAVA_LONG, ImageLayout.AT_NODES, nodes);
        page.set(ValueLayout.JAVA_LONG, ImageLayout.AT_LENGTH, length);
        page.set(ValueLayout.JAVA_INT, ImageLayout.AT_HEADER_CRC, ImageChecker.crc(page, 0, ImageLayout.AT_HEADER_CRC));
    }

    static ImageHeader readFrom(MemorySegment page) {
        int flags = page.get(ValueLayout.JAVA_INT, ImageLayout.AT_FLAGS);
        return new ImageHeader(page.get(ValueLayout.JAVA_LONG, ImageLayout.AT_HEAD),
                page.get(ValueLayout.JAVA_INT, ImageLayout.AT_MARKS),
                page.get(ValueLayout.JAVA_LONG, ImageLayout.AT_NODES),
                page.get(ValueLayout.JAVA_LONG, ImageLayout.AT_LENGTH),
                (flags & ImageLayout.FLAG_ALLOCATING) != 0, (flags & ImageLayout.FLAG_SPANNING) != 0);
    }
}
