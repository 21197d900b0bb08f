package org.quern.vmap.snapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

import org.quern.kapi.Operation;

/**
 * A directory with the snapshots of one memory: lists, verifies, restores and compacts them. Who writes them is a
 * {@link Snapshotter}.
 *
 * <pre>
 *      0000000000000001.base         everything
 *      0000000000000002.increment    what changed since 1
 *      0000000000000003.increment    what changed since 2
 *      0000000000000004.part         was being written when the process died: reported, ignored, removed by the next
 * </pre>
 *
 * <p>
 * Guarantees.
 * <ol>
 * <li>A snapshot that is listed was written completely: it was renamed to its name after it was forced to the disk. What
 * happens to it later - a bit flips, a file is cut or lost - is found out by checksums, ids and sequence numbers, and ends in
 * the exception that says so, before any byte of the target is written.
 * <li>Taking and compacting never change or remove what is needed to restore an earlier snapshot that is listed, except that
 * {@link #compact} removes the ones before its own.
 * </ol>
 *
 * <p>
 * Holds nothing open and caches nothing: each call looks at the directory. Any thread; writing to one store from two
 * processes or snapshotters at a time is found out by sequence, not prevented.
 */
@Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = SnapshotException.class)
public final class SnapshotStore {
    private static final String BASE = ".base";
    private static final String INCREMENT = ".increment";
    private static final String PART = ".part";

    private final Path directory;
    private final UUID identity;

    private SnapshotStore(Path directory, UUID identity) {
        this.directory = directory;
        this.identity = identity;
    }

    /**
     * Opens a store, making the directory if it is not there.
     *
     * @param directory of this store only
     * @param identity whose memory; snapshots of another are refused
     * @return the store
     * @throws SnapshotStorageException if there is no directory and none can be made
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = SnapshotStorageException.class)
    public static SnapshotStore open(Path directory, UUID identity) throws SnapshotStorageException {
        Objects.requireNonNull(identity, "identity");
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new SnapshotStorageException("cannot make the directory " + directory, e);
        }
        return new SnapshotStore(directory, identity);
    }

    /**
     * The complete snapshots, by sequence; where there are a base and an increment of one number, the base first.
     *
     * @return a new list
     * @throws SnapshotException if the directory cannot be read, or a header is damaged, newer, or of another memory
     */
    public List<SnapshotInfo> snapshots() throws SnapshotException {
        List<SnapshotInfo> found = new ArrayList<>();
        for (Path file : files(BASE, INCREMENT)) {
            found.add(info(file));
        }
        found.sort(Comparator.comparingLong(SnapshotInfo::sequence).thenComparing(i -> !i.base()));
        return found;
    }

    private SnapshotInfo info(Path file) throws SnapshotException {
        try {
            ImageHeader header = ImageFile.header(file);
            if (!header.identity().equals(identity)) {
                throw new ForeignSnapshotException(
                        file.getFileName() + ": is of " + header.identity() + ", not of " + identity);
            }
            if (!name(header.sequence(), header.base()).equals(file.getFileName().toString())) {
                throw new SnapshotOrderException(file.getFileName() + ": holds "
                        + (header.base() ? "base " : "increment ") + header.sequence() + "; it was renamed");
            }
            return SnapshotInfo.of(file, header);
        } catch (SnapshotException e) {
            throw e;
        } catch (IOException e) {
            throw new SnapshotStorageException("cannot read " + file, e);
        }
    }

    /**
     * Files of snapshots that were being written when their process died. They hold nothing that is needed.
     *
     * @return a new list
     * @throws SnapshotStorageException if the directory cannot be read
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = SnapshotStorageException.class)
    public List<Path> interrupted() throws SnapshotStorageException {
        return files(PART);
    }

    private List<Path> files(String... endings) throws SnapshotStorageException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(f -> Stream.of(endings).anyMatch(f.toString()::endsWith)).sorted().toList();
        } catch (IOException e) {
            throw new SnapshotStorageException("cannot list " + directory, e);
        }
    }

    /**
     * The last complete snapshot.
     *
     * @return empty if there is none
     * @throws SnapshotException as {@link #snapshots}
     */
    public Optional<SnapshotInfo> latest() throws SnapshotException {
        List<SnapshotInfo> all = snapshots();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /**
     * What must be applied, in order, to restore a snapshot.
     *
     * @param sequence which one
     * @return a base and the increments after it
     * @throws SnapshotOrderException if the snapshot, or one that it needs, is not there, or one does not follow from the one
     *         before
     * @throws SnapshotException as {@link #snapshots}
     */
    public List<SnapshotInfo> chain(long sequence) throws SnapshotException {
        List<SnapshotInfo> chain = new ArrayList<>();
        for (SnapshotInfo info : snapshots()) {
            if (info.sequence() <= sequence) {
                if (info.base()) {
                    chain.clear();
                }
                if (chain.isEmpty() || info.sequence() != chain.getLast().sequence()) {
                    chain.add(info);
                }
            }
        }
        if (chain.isEmpty() || chain.getLast().sequence() != sequence) {
            throw new SnapshotOrderException(directory + ": there is no snapshot " + sequence);
        }
        requireOrder(chain);
        return chain;
    }

    private void requireOrder(List<SnapshotInfo> chain) throws SnapshotException {
        SnapshotInfo first = chain.getFirst();
        if (!first.base()) {
            throw new SnapshotOrderException(directory + ": the base before " + first + " is missing");
        }
        SnapshotInfo before = first;
        for (SnapshotInfo info : chain.subList(1, chain.size())) {
            if (info.sequence() != before.sequence() + 1) {
                throw new SnapshotOrderException(
                        directory + ": snapshot " + (before.sequence() + 1) + " is missing before " + info);
            }
            if (info.previousId() != before.id()) {
                throw new SnapshotOrderException(
                        directory + ": " + info + " does not follow from " + before + " that is there");
            }
            if (info.memoryBytes() != first.memoryBytes() || info.pageBytes() != first.pageBytes()) {
                throw new ForeignSnapshotException(directory + ": " + info + " is of another size than " + first);
            }
            before = info;
        }
    }

    /**
     * Reads all that a snapshot consists of, and checks every byte.
     *
     * @param sequence which one
     * @return the snapshot
     * @throws SnapshotException if something is damaged, cut, missing, newer, or of another memory
     */
    public SnapshotInfo verify(long sequence) throws SnapshotException {
        List<SnapshotInfo> chain = chain(sequence);
        read(chain, record -> {});
        return chain.getLast();
    }

    /**
     * The pages of a snapshot that may have been pinned when they were copied last. Reads and verifies all that the snapshot
     * consists of.
     *
     * @param sequence which one
     * @return runs of pages, ascending; empty if none was
     * @throws SnapshotException as {@link #verify}
     */
    public List<PinnedPages> pinned(long sequence) throws SnapshotException {
        List<SnapshotInfo> chain = chain(sequence);
        int pageBytes = chain.getFirst().pageBytes();
        TreeSet<Long> pinned = new TreeSet<>(); // offsets of pages
        read(chain, record -> {
            pinned.subSet(record.offset(), record.offset() + record.bytes()).clear();
            for (int page = 0; page < Long.SIZE; page++) {
                if ((record.pinned() >>> page & 1) != 0) {
                    pinned.add(record.offset() + (long) page * pageBytes);
                }
            }
        });
        List<PinnedPages> runs = new ArrayList<>();
        for (long page : pinned) {
            PinnedPages last = runs.isEmpty() ? null : runs.getLast();
            if (last != null && last.offset() + last.bytes() == page) {
                runs.set(runs.size() - 1, new PinnedPages(last.offset(), last.bytes() + pageBytes));
            } else {
                runs.add(new PinnedPages(page, pageBytes));
            }
        }
        return runs;
    }

    private static void read(List<SnapshotInfo> chain, ImageFile.RecordSink sink) throws SnapshotException {
        for (SnapshotInfo info : chain) {
            try {
                ImageFile.read(info.file(), sink);
            } catch (SnapshotException e) {
                throw e;
            } catch (IOException e) {
                throw new SnapshotStorageException("cannot read " + info.file(), e);
            }
        }
    }

    /**
     * Restores a snapshot: afterwards the memory holds exactly what it held when the snapshot was taken. Everything is
     * verified before the first byte is written. Memory that is tracked by marks is to be tracked after this.
     *
     * @param sequence which one
     * @param target of the size the snapshot is of, writable; nobody else uses it
     * @return the snapshot
     * @throws ForeignSnapshotException if the target has another size
     * @throws SnapshotException if something is damaged, cut, missing, newer, or of another memory; the target was not
     *         changed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, faults = Operation.Faults.MAY, errors = SnapshotException.class)
    public SnapshotInfo restore(long sequence, MemorySegment target) throws SnapshotException {
        SnapshotInfo verified = verify(sequence);
        if (target.byteSize() != verified.memoryBytes()) {
            throw new ForeignSnapshotException(
                    verified + ": the target is of " + target.byteSize() + " bytes");
        }
        ImageTarget image = new ImageTarget(target);
        read(chain(sequence), image::apply);
        return verified;
    }

    /**
     * Restores the last snapshot: as {@link #restore(long, MemorySegment)}.
     *
     * @param target of the size the snapshot is of, writable; nobody else uses it
     * @return the snapshot; empty, and nothing was changed, if there is none
     * @throws SnapshotException as {@link #restore(long, MemorySegment)}
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, faults = Operation.Faults.MAY, errors = SnapshotException.class)
    public Optional<SnapshotInfo> restoreLatest(MemorySegment target) throws SnapshotException {
        Optional<SnapshotInfo> latest = latest();
        return latest.isEmpty() ? latest : Optional.of(restore(latest.get().sequence(), target));
    }

    /**
     * Replaces a snapshot and all before it by one base of the same number: what follows stays usable. The new base is
     * complete before anything is removed, so a process killed here loses nothing. Reads everything once or twice, writes each
     * page once.
     *
     * @param sequence which one
     * @param options how the base is written
     * @return the base
     * @throws SnapshotException if something is damaged, cut or missing, or the base cannot be written; nothing was removed
     */
    public SnapshotInfo compact(long sequence, SnapshotOptions options) throws SnapshotException {
        List<SnapshotInfo> chain = chain(sequence);
        SnapshotInfo last = chain.getLast();
        if (chain.size() > 1) {
            ImageHeader header = new ImageHeader(identity, sequence, true, last.id(), 0, last.memoryBytes(),
                    last.pageBytes(), last.created());
            write(header, options.forced(),
                    channel -> new Compactor(chain).write(channel, header, options.compression()));
        }
        SnapshotInfo base = chain(sequence).getLast();
        for (SnapshotInfo old : snapshots()) {
            if (old.sequence() < sequence || (old.sequence() == sequence && !old.base())) {
                delete(old.file());
            }
        }
        return base;
    }

    private static void delete(Path file) throws SnapshotStorageException {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new SnapshotStorageException("cannot remove " + file, e);
        }
    }

    /** What fills a file. */
    @FunctionalInterface
    interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Writes a file so that it is there as a whole or not at all. */
    SnapshotInfo write(ImageHeader header, boolean forced, Content content) throws SnapshotException {
        Path part = directory.resolve(String.format(Locale.ROOT, "%016x", header.sequence()) + PART);
        Path file = directory.resolve(name(header.sequence(), header.base()));
        boolean done = false;
        try {
            for (Path left : interrupted()) {
                Files.deleteIfExists(left);
            }
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                if (forced) {
                    channel.force(true); // the content is on the disk before the name says it is
                }
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            if (forced) {
                forceDirectory();
            }
            done = true;
            return SnapshotInfo.of(file, header);
        } catch (SnapshotException e) {
            throw e;
        } catch (IOException e) {
            throw new SnapshotStorageException("cannot write snapshot " + header.sequence() + " to " + directory, e);
        } finally {
            if (!done) {
                part.toFile().delete(); // or the next one does
            }
        }
    }

    private void forceDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static String name(long sequence, boolean base) {
        return String.format(Locale.ROOT, "%016x", sequence) + (base ? BASE : INCREMENT);
    }

    UUID identity() {
        return identity;
    }

    /**
     * The directory.
     *
     * @return its path
     */
    @Override
    public String toString() {
        return "snapshots of " + identity + " in " + directory;
    }
}
