package org.quern.padata;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * The masks of an instance as files, after the kernel's attributes: {@code cat} shows a mask, {@code echo} sets it.
 * <pre>
 *     DIRECTORY/
 *       parallel_cpumask   rw    the user-supplied mask, in the form of {@link CpuMask#format}
 *       serial_cpumask     rw    the same; read-only in an instance without serial workers
 *       name               r     the label of the instance
 *       error              r     why the last write was refused; empty after a write that was accepted
 * </pre>
 * A write that is accepted takes effect as {@link Padata#setMaskText} says, some milliseconds after it: a file cannot let
 * its writer wait. Then, and after each change made in another way, the file shows the mask as it is now. A write that is
 * refused changes nothing: the file shows the mask again, and {@code error} has a line with the file, the error a control
 * file of the kernel would give ({@code EINVAL}, {@code EOVERFLOW}, {@code EACCES} for a file that is read-only, {@code
 * ENOMEM}) and what was wrong.
 * <p>
 * A file that was truncated and not written yet is not a write: {@code echo > serial_cpumask}, which writes a newline, sets
 * the empty mask and thereby stops the instance; {@code : > serial_cpumask} leaves mask and file as they are, that is, the
 * file empty until the next change. End what you write with a newline, as {@code echo} does. A file that is deleted, or
 * replaced by renaming another over it, comes back, or is read. Of two writes within milliseconds the first may never
 * be seen. A text that is already in the form of {@link CpuMask#format} is left as it stands; any other is rewritten, and a
 * write that falls between the last look at it and its rewriting, microseconds, is lost.
 * <p>
 * One daemon thread waits for the system's notifications (inotify on Linux; where the platform has none, the JDK looks
 * every few seconds). Nothing here is on the way of a job. The files vanish when the instance is closed; after the death
 * of a process they stay, and may be taken over. A lock on {@code error} keeps the directory from two instances.
 * <p>
 * Locks: this object's monitor, then the masks' lock; a mask's change is reported without any.
 */
@Operation(threads = Operation.Threads.ANY)
public final class ControlFiles implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.quern.padata");
    /** The thread is at most at one more look, which does nothing any more. */
    private static final long END_NANOS = 5_000_000_000L;

    private final Padata padata;
    private final Path directory;
    private final FileChannel error;
    private final List<ControlFile> files;
    private final WatchService watch;
    private final Attachment attachment = new Attachment() {
        @Override
        public void maskChanged(MaskKind kind) {
            look(kind.fileName());
        }

        @Override
        public void detach() {
            end();
        }
    };
    private final Thread thread;
    private boolean ended; // guarded by this
    private boolean looking; // guarded by this
    private boolean missed; // guarded by this

    private ControlFiles(Padata padata, Path directory, FileChannel error) throws IOException {
        this.padata = padata;
        this.directory = directory;
        this.error = error;
        files = List.of(ControlFile.ofMask(padata, directory, MaskKind.PARALLEL),
                ControlFile.ofMask(padata, directory, MaskKind.SERIAL),
                ControlFile.ofConstant(directory, "name", padata.name() + "\n"));
        watch = directory.getFileSystem().newWatchService();
        thread = Thread.ofPlatform().daemon().name(padata.name() + "-control").unstarted(this::follow);
    }

    /**
     * Makes the files of an instance, and the directory if it is not there.
     *
     * @param padata the instance
     * @param directory where; its own, not shared with another instance
     * @return the files; closed with the instance at the latest
     * @throws IOException if the directory is in use by another instance (then its name is in the message), or the system
     *         refuses
     * @throws IllegalStateException if the instance is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {IOException.class,
            IllegalStateException.class})
    public static ControlFiles open(Padata padata, Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel error = FileChannel.open(directory.resolve("error"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        ControlFiles made;
        try {
            lock(error, directory);
            error.truncate(0);
            made = new ControlFiles(padata, directory, error);
        } catch (Throwable t) {
            error.close();
            throw t;
        }
        try {
            made.start();
        } catch (Throwable t) {
            made.end();
            throw t;
        }
        return made;
    }

    private static void lock(FileChannel error, Path directory) throws IOException {
        FileLock lock;
        try {
            lock = error.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null; // by this process
        }
        if (lock == null) {
            throw new FileSystemException(directory.toString(), null, "in use by another instance");
        }
    }

    private void start() throws IOException {
        directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
        synchronized (this) {
            for (ControlFile file : files) {
                file.show();
            }
        }
        thread.start();
        padata.instance().attachments().add(attachment, padata.name());
    }

    /** The loop of the thread. */
    private void follow() {
        try {
            for (;;) {
                WatchKey key = watch.take();
                key.pollEvents(); // which file does not matter: there are three, and events may have been dropped
                lookAtAll();
                if (!key.reset() && !isEnded()) {
                    LOG.log(System.Logger.Level.WARNING, "control files: {0} is gone", directory);
                    return;
                }
            }
        } catch (ClosedWatchServiceException | InterruptedException e) {
            // closed: the thread ends
        }
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    private void lookAtAll() {
        for (ControlFile file : files) {
            look(file.name());
        }
    }

    /**
     * One look after the other, also where a write that is taken changes a mask, which comes here in the same thread: what is found then is taken when that write has been reported, or its outcome would
     * take the place of a later one in {@code error}.
     */
    private synchronized void look(String name) {
        if (looking) {
            missed = true;
            return;
        }
        looking = true;
        try {
            lookAt(name);
            while (missed) {
                missed = false;
                for (ControlFile file : files) {
                    lookAt(file.name());
                }
            }
        } finally {
            looking = false;
        }
    }

    private void lookAt(String name) {
        for (ControlFile file : files) {
            if (!ended && file.name().equals(name)) {
                try {
                    report(file.look());
                } catch (IOException e) {
                    LOG.log(System.Logger.Level.WARNING, "control files: " + directory.resolve(name), e);
                }
            }
        }
    }

    /** Null: nothing was written. Empty: a write was accepted. Otherwise why it was not. */
    private void report(@Nullable String outcome) throws IOException {
        if (outcome != null) {
            ControlFile.rewrite(error, outcome);
        }
    }

    /**
     * Where the files are.
     *
     * @return the directory
     */
    public Path directory() {
        return directory;
    }

    /** Deletes the files, and the directory if nothing else is in it. A second call does nothing. */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, lock = "the files' lock")
    @Override
    public void close() {
        padata.instance().attachments().remove(attachment);
        end();
    }

    private void end() {
        deleteAll();
        ThreadEnd.await(List.of(thread), END_NANOS);
    }

    private synchronized void deleteAll() {
        if (ended) {
            return;
        }
        ended = true;
        try (error; watch) {
            for (ControlFile file : files) {
                file.delete();
            }
            Files.deleteIfExists(directory.resolve("error"));
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "control files: " + directory + " stays", e);
        }
    }
}
