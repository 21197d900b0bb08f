package org.quern.examples.capture;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that appears under its name only when it is complete. It is written beside its target as {@code .name.pid.partial},
 * forced to the disk by {@link #finish} and then renamed in one step; anything else, an exception or a signal included,
 * removes it and leaves whatever stood under the name before.
 *
 * <p>A target that exists must be a regular file: renaming over {@code /dev/null} would replace the device. A symbolic
 * link is followed, so that the link stays.
 */
final class CaptureOutput implements Closeable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Path target;
    private final Path partial;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    /** Removes the partial file when the process is told to end; null once the file is finished or closed. */
    private final Thread onExit = new Thread(this::discard, "discard-partial-output");
    private boolean open = true;

    CaptureOutput(Path file) throws IOException {
        target = resolve(file);
        Path name = target.getFileName();
        partial = target.resolveSibling("." + name + "." + ProcessHandle.current().pid() + ".partial");
        channel = create(file, partial);
        Runtime.getRuntime().addShutdownHook(onExit);
    }

    private static Path resolve(Path file) throws IOException {
        if (!Files.exists(file)) {
            Path absolute = file.toAbsolutePath();
            if (absolute.getFileName() == null || Files.isSymbolicLink(file)) {
                throw new FileSystemException(file.toString(), null, "cannot be written: not a file name");
            }
            return absolute;
        }
        if (!Files.isRegularFile(file)) {
            throw new FileSystemException(file.toString(), null, "cannot be written: not a regular file");
        }
        if (!Files.isWritable(file)) {
            throw new AccessDeniedException(file.toString(), null, "cannot be written: permission denied");
        }
        return file.toRealPath();
    }

    private static FileChannel create(Path file, Path partial) throws IOException {
        try {
            Files.deleteIfExists(partial);
            return FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            throw named(file, "cannot be written: no such directory", e);
        } catch (AccessDeniedException e) {
            throw named(file, "cannot be written: permission denied for its directory", e);
        } catch (FileAlreadyExistsException e) {
            throw named(file, "cannot be written: " + partial.getFileName() + " is in the way", e);
        } catch (FileSystemException e) {
            String reason = e.getReason();
            throw named(file, "cannot be written: " + (reason == null ? e.getClass().getSimpleName() : reason), e);
        }
    }

    /** The same failure, told about the file the user named instead of our temporary one. */
    private static FileSystemException named(Path file, String reason, IOException cause) {
        FileSystemException named = new FileSystemException(file.toString(), null, reason);
        named.initCause(cause);
        return named;
    }

    /** Room for {@code bytes} more in the little-endian buffer, which may be written to the file for it. */
    ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    private void flush() throws IOException {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw named(target, "cannot be written: " + e.getMessage(), e);
        }
        buffer.clear();
    }

    /** Completes the file and gives it its name. */
    void finish() throws IOException {
        flush();
        channel.force(true);
        channel.close();
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        open = false;
        forgetHook();
    }

    /** Removes the partial file unless it was finished. */
    @Override
    public void close() throws IOException {
        if (open) {
            open = false;
            channel.close();
            Files.deleteIfExists(partial);
            forgetHook();
        }
    }

    private void forgetHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException alreadyExiting) {
            // then the hook has run or is running: it deletes a file that is gone
        }
    }

    private void discard() {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            // the process is ending and the file bears its name "partial": nobody is left to tell
        }
    }
}
