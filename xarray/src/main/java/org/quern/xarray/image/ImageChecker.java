package org.quern.xarray.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32C;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.image.ImageDamage.Kind;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Decides whether bytes are an image, before anybody walks in them: checksums first, so that damage is found where it is; then the structure, so that bytes with the right
 * checksums that are no tree are found too. What has passed is a tree whose links all stay inside, none twice, none upwards.
 *
 * <p>Takes one pass over the nodes; allocates next to nothing.
 */
public final class ImageChecker {
    private static final int WINDOW = 1 << 20;

    private final MemorySegment image;
    private final ImageHeader header;
    private long next = 1;

    private ImageChecker(MemorySegment image, ImageHeader header) {
        this.image = image;
        this.header = header;
    }

    /**
     * Looks at the beginning.
     *
     * @param page the first bytes, up to 4 KiB
     * @param length bytes there are in all
     * @return what the header says
     * @throws ImageDamage if this is no image, of a later version, damaged or cut
     */
    public static ImageHeader header(MemorySegment page, long length) throws ImageDamage {
        long magic = page.byteSize() < Long.BYTES ? 0 : page.get(ValueLayout.JAVA_LONG, ImageLayout.AT_MAGIC);
        if (magic != ImageLayout.MAGIC) {
            throw new ImageDamage(Kind.FOREIGN, Long.reverseBytes(magic) == ImageLayout.MAGIC
                    ? "an image of a machine with the other byte order"
                    : "no image of an array: it begins with " + Long.toHexString(magic));
        }
        if (page.byteSize() < ImageLayout.HEADER_BYTES) {
            throw new ImageDamage(Kind.TRUNCATED, "cut after " + page.byteSize() + " bytes");
        }
        int version = page.get(ValueLayout.JAVA_INT, ImageLayout.AT_VERSION);
        if (version > ImageLayout.VERSION) {
            throw new ImageDamage(Kind.NEWER, "version " + version + ", this is " + ImageLayout.VERSION);
        }
        require(crc(page, 0, ImageLayout.AT_HEADER_CRC) == page.get(ValueLayout.JAVA_INT, ImageLayout.AT_HEADER_CRC)
                && version == ImageLayout.VERSION, "the header's checksum is wrong");
        ImageHeader header = ImageHeader.readFrom(page);
        require(ImageLayout.isPossible(header.nodes()) && header.length() == ImageLayout.length(header.nodes()),
                "nodes=" + header.nodes() + ", length=" + header.length() + " do not go together");
        if (length < header.length()) {
            throw new ImageDamage(Kind.TRUNCATED, "length=" + length + ", written were " + header.length());
        }
        return header;
    }

    /**
     * Looks at all of it.
     *
     * @param image all bytes, aligned to 64
     * @return what the header says
     * @throws ImageDamage if this is no image, of a later version, damaged or cut
     */
    public static ImageHeader check(MemorySegment image) throws ImageDamage {
        ImageHeader header = header(image.asSlice(0, Math.min(image.byteSize(), ImageLayout.HEADER_BYTES)),
                image.byteSize());
        ImageChecker checker = new ImageChecker(image, header);
        checker.checksums();
        checker.tree();
        return header;
    }

    private void checksums() throws ImageDamage {
        long tableAt = ImageLayout.offset(header.nodes());
        long tableBytes = ImageLayout.chunks(header.nodes()) * ImageLayout.CRC_BYTES;
        require(crc(image, tableAt, tableBytes) == image.get(ValueLayout.JAVA_INT, ImageLayout.AT_TABLE_CRC),
                "the checksum of the table of checksums is wrong");
        long chunkBytes = ImageLayout.CHUNK_NODES * NodeLayout.BYTES;
        for (long at = ImageLayout.HEADER_BYTES, chunk = 0; at < tableAt; at += chunkBytes, chunk++) {
            long bytes = Math.min(chunkBytes, tableAt - at);
            if (crc(image, at, bytes) != image.get(ValueLayout.JAVA_INT, tableAt + chunk * ImageLayout.CRC_BYTES)) {
                throw new ImageDamage(Kind.CORRUPT, "a checksum is wrong in the " + bytes + " bytes at " + at);
            }
        }
    }

    private void tree() throws ImageDamage {
        long head = header.head();
        if (!Entry.isRoot(head)) {
            boolean lone = head == Entry.ABSENT || isEntry(head);
            require(lone && header.nodes() == 0 && (head != Entry.ABSENT || header.rootMarks() == 0),
                    "the head is no entry");
            return;
        }
        int shift = Entry.rootShift(head);
        require(header.nodes() > 0 && Entry.rootOffset(head) == ImageLayout.offset(0)
                && shift <= Geometry.MAX_SHIFT && shift % Geometry.DIGIT_BITS == 0, "the root is not the first node");
        require(shift == shift(0) && NodeAccess.basePlain(address(0)) == 0, "the root does not begin at 0");
        for (long number = 0; number < header.nodes(); number++) {
            node(number);
        }
        require(next == header.nodes(), "nodes that nothing leads to");
        for (int mark = firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
            boolean some = NodeAccess.bitmapPlain(address(0), NodeLayout.marks(mark)) != 0;
            require(some == ((header.rootMarks() >>> mark & 1) != 0),
                    "the marks of the array are not those of its root");
        }
    }

    private void node(long number) throws ImageDamage {
        long node = address(number);
        int shift = shift(number);
        long present = NodeAccess.bitmapPlain(node, NodeLayout.PRESENT);
        long siblings = NodeAccess.bitmapPlain(node, NodeLayout.SIBLINGS);
        if (present == 0 || (present & ~Geometry.allSlots(shift)) != 0 || (siblings & ~(present & present << 1)) != 0) {
            throw corrupt(number, "its bitmaps contradict each other");
        }
        long links = 0;
        long previous = Entry.ABSENT;
        for (int slot = 0; slot < Geometry.SLOTS; slot++) {
            long word = NodeAccess.slotPlain(node, slot);
            boolean follows = (siblings >>> slot & 1) != 0;
            if ((word != Entry.ABSENT) != ((present >>> slot & 1) != 0) || (follows && word != previous)) {
                throw corrupt(number, "slot " + slot + " is not what its bitmaps say");
            }
            previous = word;
            if (shift > 0 && !follows && word == Entry.link(ImageLayout.offset(next))) {
                child(number, slot);
                links |= 1L << slot;
            } else if (word != Entry.ABSENT && !isEntry(word)) {
                throw corrupt(number, "slot " + slot + " holds " + Long.toHexString(word));
            }
        }
        if ((siblings & links << 1) != 0) {
            throw corrupt(number, "an entry continues a link");
        }
        if (!header.spanning() && (siblings != 0 || (shift > 0 && links != present))) {
            throw corrupt(number, "an entry spans indices, which the header denies");
        }
        for (int mark = firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
            if ((NodeAccess.bitmapPlain(node, NodeLayout.marks(mark)) & ~(present & ~siblings)) != 0) {
                throw corrupt(number, "marks of no entry");
            }
        }
    }

    /** The next node, which a slot leads to. */
    private void child(long number, int slot) throws ImageDamage {
        if (next >= header.nodes()) {
            throw corrupt(number, "a link leads out of the image");
        }
        long parent = address(number);
        long child = address(next);
        int shift = shift(number);
        long base = Geometry.slotBase(NodeAccess.basePlain(parent), shift, slot);
        if (shift(next) != shift - Geometry.DIGIT_BITS || NodeAccess.basePlain(child) != base) {
            throw corrupt(number, "slot " + slot + " leads to the wrong node");
        }
        for (int mark = firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
            boolean some = NodeAccess.bitmapPlain(child, NodeLayout.marks(mark)) != 0;
            if (some != ((NodeAccess.bitmapPlain(parent, NodeLayout.marks(mark)) >>> slot & 1) != 0)) {
                throw corrupt(number, "marks of slot " + slot + " are not those of its node");
            }
        }
        next++;
    }

    private static ImageDamage corrupt(long number, String how) {
        return new ImageDamage(Kind.CORRUPT, "node " + number + ": " + how);
    }

    private int firstMark() {
        return header.allocating() ? 1 : 0;
    }

    /** Safe because the length of the image is that of so many nodes and a page, and the number is below. */
    private long address(long number) {
        return image.address() + ImageLayout.offset(number);
    }

    private int shift(long number) {
        return NodeAccess.shiftPlain(address(number));
    }

    private static boolean isEntry(long word) {
        return Entry.isValue(word) || word == Entry.RESERVED;
    }

    /** CRC32C of a part of a segment of any size. */
    static int crc(MemorySegment segment, long from, long bytes) {
        CRC32C crc = new CRC32C();
        for (long at = 0; at < bytes; at += WINDOW) {
            crc.update(segment.asSlice(from + at, Math.min(WINDOW, bytes - at)).asByteBuffer());
        }
        return (int) crc.getValue();
    }

    private static void require(boolean holds, String otherwise) throws ImageDamage {
        if (!holds) {
            throw new ImageDamage(Kind.CORRUPT, otherwise);
        }
    }
}
