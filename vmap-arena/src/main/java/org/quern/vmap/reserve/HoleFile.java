package org.quern.vmap.reserve;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The one sparse temporary file of this process: nothing but a hole, as long as the longest mapping of it. Nobody writes to
 * it, since all map it privately from its start; so its empty pages are in the system's cache once, however many map it.
 *
 * <p>
 * It is deleted as soon as it is open, where the system allows that, else when the process ends; nobody else can shorten it
 * under a mapping. Opened again after an interrupt: that closes a {@link FileChannel}, and must not fail the opening of an
 * arena.
 */
final class HoleFile {
    private static @Nullable FileChannel channel; // guarded by the class

    private HoleFile() {}

    /**
     * Maps that many bytes of nothing, privately.
     *
     * @throws IOException if the system refuses; with an OutOfMemoryError as its cause if for want of address space
     */
    static synchronized MemorySegment map(long bytes, Arena scope) throws IOException {
        boolean interrupted = false;
        try {
            for (;;) {
                interrupted |= Thread.interrupted();
                try {
                    return open().map(MapMode.PRIVATE, 0, bytes, scope);
                } catch (ClosedChannelException e) {
                    channel = null; // an interrupt closed it; it is set again at the end
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static FileChannel open() throws IOException {
        FileChannel current = channel;
        if (current == null || !current.isOpen()) {
            Path file = Files.createTempFile("quern", ".hole");
            current = FileChannel.open(file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE,
                    StandardOpenOption.SPARSE, StandardOpenOption.DELETE_ON_CLOSE));
            channel = current;
            deleteEarly(file);
        }
        return current;
    }

    private static void deleteEarly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            file.toFile().deleteOnExit(); // Windows: not while it is open
        }
    }
}
