package org.quern.xarray;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.xarray.image.ImageChecker;
import org.quern.xarray.image.ImageDamage;
import org.quern.xarray.image.ImageHeader;
import org.quern.xarray.image.ImageWriter;
import org.quern.xarray.image.SealedMemory;
import org.quern.xarray.tree.Tree;

/**
 * What a {@link LongXArray} held at one moment, in a form that is read where it lies: nodes that link to each other by where they are in the image, wherever that is. In a
 * file for later, or in memory for other processes at once.
 *
 * <pre>
 *   save(array, path)  --&gt; a file on disk         open(path)      a copy in sealed memory
 *   of(array, name)    --&gt; sealed memory, path()  open(path())    the same memory, in any process of the user
 * </pre>
 *
 * <p><b>Sealed memory</b> is a memory file that nobody can write or cut any more, not even its maker. An image is only ever read there: a file on disk could be cut under a
 * reader, who would meet a SIGBUS, or changed under one in the middle of a walk. So opening a file on disk costs a copy, once for each machine if the others open {@link #path}
 * of the first. Where the system has no memory files the copy is memory of the process, and there is no path.
 *
 * <p><b>What is checked.</b> Opening looks at everything once, at memory speed: checksums, and that the nodes are a tree. What is cut, damaged, of a later version or no
 * image is refused with an {@link ArrayImageException} that says which.
 *
 * <p><b>Threads.</b> Any number may read; nothing blocks, nothing is allocated but streams and cursors. Cost as at {@link LongXArray}. Entries, orders, marks and
 * reserved indices are those of the array; changes since are not here. {@link #close} ends reading; the memory goes when the image is unreachable.
 */
@Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        UnsupportedOperationException.class, IllegalStateException.class})
public final class LongXArrayImage implements AutoCloseable {
    private final LongXArray array;
    private final ImageHeader header;
    private final SealedMemory memory;

    private LongXArrayImage(String name, SealedMemory memory) throws ArrayImageException {
        boolean sound = false;
        try {
            header = ImageChecker.check(memory.segment());
            sound = true;
        } catch (ImageDamage e) {
            throw new ArrayImageException(name, e);
        } finally {
            if (!sound) {
                memory.close();
            }
        }
        this.memory = memory;
        array = new LongXArray(new Tree(name, header.tree(memory.segment())));
    }

    /**
     * Writes an image to a file. It is there as a whole or not at all, whatever happens: written under another name in the same directory, forced to the disk, renamed.
     * Holds the array's writer lock while it writes, 1 s for some GiB, not while it forces; readers go on. Takes 8 bytes of heap a node.
     *
     * @param array the array
     * @param file where to; what is there is replaced
     * @throws NullPointerException if an argument is null
     * @throws IOException if the file cannot be written; there is none, or the old one
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IOException.class, IllegalStateException.class})
    public static void save(LongXArray array, Path file) throws IOException {
        new ImageFile(Objects.requireNonNull(file, "file")).write(array.tree());
    }

    /**
     * Takes an image in memory, for processes of the same user, or to keep. Holds the array's writer lock meanwhile, 1 s for some GiB; readers go on.
     *
     * @param array the array
     * @param name of the memory, for diagnosis: at most 249 bytes without NUL
     * @return the image; {@link #path} tells other processes where it is, until it is closed
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the name is too long
     * @throws IOException if the system refuses the memory
     * @throws KernelException if the system refuses the memory
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalArgumentException.class, IOException.class, KernelException.class,
            IllegalStateException.class})
    public static LongXArrayImage of(LongXArray array, String name) throws IOException {
        Objects.requireNonNull(name, "name");
        Tree tree = array.tree();
        SealedMemory memory;
        tree.enter();
        try {
            tree.requireOpen(tree.headPlain());
            memory = SealedMemory.filled(name, ImageWriter.header(tree).length(),
                    sink -> new ImageWriter(tree, sink).write());
        } finally {
            tree.unlock();
        }
        return new LongXArrayImage(name, memory);
    }

    /**
     * Opens an image: one in sealed memory where it is, without copying it; one in a file by reading it into memory that nobody can change, after which the file may be
     * changed or deleted. Costs a look at all of it, and for a file what reading it does.
     *
     * @param file a file, or the {@link #path} of an image in another process
     * @return the image
     * @throws NullPointerException if the file is null
     * @throws ArrayImageException if it is no image that can be read; the reason says why
     * @throws IOException if it cannot be read, or the system refuses the memory
     * @throws KernelException if the system refuses the memory
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, faults = Operation.Faults.MAY, errors = {
            NullPointerException.class, ArrayImageException.class, IOException.class, KernelException.class})
    public static LongXArrayImage open(Path file) throws IOException {
        return new LongXArrayImage(file.toString(), new ImageFile(file).open());
    }

    /**
     * Where other processes of the user find the image until it is closed. Who has opened it keeps it, whatever becomes of this process.
     *
     * @return {@code /proc/PID/fd/N}; empty after close, and where the system has no memory files
     */
    @Operation(threads = Operation.Threads.ANY)
    public Optional<Path> path() {
        return Optional.ofNullable(memory.path());
    }

    /**
     * Reads an entry; as {@link LongXArray#load}.
     *
     * @param index any index
     * @return its value, or {@link LongXArray#ABSENT}
     * @throws IllegalStateException if the image is closed
     */
    public long load(long index) {
        return array.load(index);
    }

    /**
     * The entries, in a range, with a mark or all, ascending or descending, for loops and streams; as {@link LongXArray#entries()}.
     *
     * @return a view
     */
    @Operation(threads = Operation.Threads.ANY)
    public LongEntries entries() {
        return array.entries();
    }

    /**
     * A cursor for the calling thread; as {@link LongXArray#cursor}.
     *
     * @param index where it stands
     * @return the cursor
     * @throws IllegalStateException if the image is closed
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalStateException.class)
    public LongReadCursor cursor(long index) {
        return array.cursor(index);
    }

    /**
     * Finds the first entry at or after an index; as {@link LongXArray#find(long, long, LongProbe)}.
     *
     * @param from where to begin
     * @param max last index to look at, inclusive
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the image is closed
     */
    public boolean find(long from, long max, LongProbe probe) {
        return array.find(from, max, probe);
    }

    /**
     * Finds the first entry with a mark at or after an index; as {@link LongXArray#find(long, long, Mark, LongProbe)}.
     *
     * @param from where to begin
     * @param max last index to look at, inclusive
     * @param mark the mark
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one
     * @throws NullPointerException if the mark or the probe is null
     * @throws UnsupportedOperationException if the array allocated and the mark is M0
     * @throws IllegalStateException if the image is closed
     */
    public boolean find(long from, long max, Mark mark, LongProbe probe) {
        return array.find(from, max, mark, probe);
    }

    /**
     * Finds the last entry at or before an index; as {@link LongXArray#findLast(long, long, LongProbe)}.
     *
     * @param from where to begin
     * @param min first index to look at, inclusive
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the image is closed
     */
    public boolean findLast(long from, long min, LongProbe probe) {
        return array.findLast(from, min, probe);
    }

    /**
     * Whether the entry at an index has a mark.
     *
     * @param index any index
     * @param mark the mark
     * @return false also if there is no entry
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocated and the mark is M0
     * @throws IllegalStateException if the image is closed
     */
    public boolean isMarked(long index, Mark mark) {
        return array.isMarked(index, mark);
    }

    /**
     * Whether an index is reserved.
     *
     * @param index any index
     * @return false if it is absent or has content
     * @throws IllegalStateException if the image is closed
     */
    public boolean isReserved(long index) {
        return array.isReserved(index);
    }

    /**
     * The order of the entry at an index.
     *
     * @param index any index
     * @return 0..63, or -1 if there is no entry
     * @throws IllegalStateException if the image is closed
     */
    public int orderAt(long index) {
        return array.orderAt(index);
    }

    /**
     * Stores all entries into an array, with orders and marks, as one step for other writers; what is there under other indices stays. Reserved indices are not copied.
     * Takes that array's lock for as long as it takes.
     *
     * @param target the array
     * @throws NullPointerException if the array is null
     * @throws UnsupportedOperationException if the array allocates and an entry is marked M0
     * @throws NodeAllocationException if there is no room for nodes; some entries may have been stored
     * @throws IllegalStateException if the array or the image is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class, NodeAllocationException.class,
            IllegalStateException.class})
    public void storeTo(LongXArray target) {
        try (WriteScope all = target.lock()) {
            Objects.requireNonNull(all);
            array.forEach((index, value) -> target.store(index, array.orderAt(index), value));
            for (Mark mark : Mark.values()) {
                if (mark.number() >= array.tree().firstMark()) {
                    array.forEachMarked(mark, (index, value) -> target.mark(index, mark));
                }
            }
        }
    }

    /**
     * Bytes of the image without its hole: what it takes on the disk, or in memory.
     *
     * @return bytes
     */
    @Operation(threads = Operation.Threads.ANY)
    public long bytes() {
        return header.contentBytes();
    }

    /** Ends reading: every other call then throws IllegalStateException. Idempotent. The memory goes when the image is unreachable. */
    @Override
    @Operation(threads = Operation.Threads.ANY)
    public void close() {
        array.close();
        memory.close();
    }

    /**
     * Name and size, for logs.
     *
     * @return one line
     */
    @Override
    @Operation(threads = Operation.Threads.ANY)
    public String toString() {
        return array.tree().nodes().name() + " (" + header.nodes() + " nodes, " + bytes() + " bytes)";
    }
}
