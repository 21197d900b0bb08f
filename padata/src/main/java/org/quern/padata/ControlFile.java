package org.quern.padata;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * One attribute as a file. What it contains and was not shown was written by somebody; what it should show is asked each
 * time, and may have changed in another way. Not thread-safe: under the lock of {@link ControlFiles}.
 */
final class ControlFile {
    /** What a write to an attribute of the kernel may be at most. */
    private static final int PAGE_BYTES = 4096;

    private final Path path;
    private final Supplier<String> shown;
    /** Null if the attribute is read-only. */
    private final @Nullable Consumer<String> store;
    /** What was put into the file last: this is no write of somebody's. */
    private String lastShown = "";

    ControlFile(Path path, Supplier<String> shown, @Nullable Consumer<String> store) {
        this.path = path;
        this.shown = shown;
        this.store = store;
    }

    static ControlFile ofMask(Padata padata, Path directory, MaskKind kind) {
        boolean writable = kind == MaskKind.PARALLEL || padata.instance().hasSerialWorkers();
        return new ControlFile(directory.resolve(kind.fileName()), () -> padata.maskText(kind),
                writable ? text -> padata.setMaskText(kind, text) : null);
    }

    static ControlFile ofConstant(Path directory, String name, String text) {
        return new ControlFile(directory.resolve(name), () -> text, null);
    }

    String name() {
        return String.valueOf(path.getFileName());
    }

    /** Makes the file show what it should, whatever it contains. */
    void show() throws IOException {
        show(null);
    }

    /**
     * Makes the file show what it should, unless somebody wrote into it: the content is compared once more when all else
     * is done, so that a write is lost only if it comes between that read and the write behind it.
     *
     * @param replaced what may be overwritten; null for anything
     * @return whether the file shows it now
     */
    private boolean show(@Nullable String replaced) throws IOException {
        PosixFileAttributeView posix = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        String text = shown.get();
        if (replaced != null && !replaced.equals(read())) {
            return false;
        }
        try (FileChannel channel = openFresh()) {
            rewrite(channel, text);
            lastShown = text;
        }
        if (posix != null) {
            posix.setPermissions(PosixFilePermissions.fromString(store == null ? "r--r--r--" : "rw-r--r--"));
        }
        return true;
    }

    /** What is read-only to its owner cannot be opened for writing: then it is made anew. */
    private FileChannel openFresh() throws IOException {
        if (store == null) {
            Files.deleteIfExists(path);
        }
        return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /**
     * Takes what was written, if anything was, and shows the outcome.
     *
     * @return null if nothing was written; empty if a write was accepted; otherwise why it was not
     */
    @Nullable
    String look() throws IOException {
        String outcome = null;
        for (;;) {
            String text = read();
            if (text != null && text.isEmpty()) {
                return outcome; // truncated: the write is still to come
            }
            if (text != null && !text.equals(lastShown)) {
                lastShown = text; // taken
                outcome = store(text);
            } else if (text != null && text.equals(shown.get())) {
                return outcome; // shows what it should, and is not rewritten: that could only lose what is written now
            } else if (show(text)) {
                return outcome;
            }
        }
    }

    private String store(String text) {
        if (store == null) {
            return name() + ": EACCES: read-only\n";
        }
        try {
            if (text.length() > PAGE_BYTES) {
                throw new IllegalArgumentException("text of more than " + PAGE_BYTES + " bytes");
            }
            store.accept(text);
            return "";
        } catch (CpuMaskFormatException e) {
            return name() + ": " + e.getMessage() + "\n"; // begins with its class
        } catch (IllegalArgumentException | IllegalStateException e) {
            return name() + ": EINVAL: " + e.getMessage() + "\n";
        } catch (OutOfMemoryError e) {
            return name() + ": ENOMEM: the mask is stored, workers are as before\n";
        }
    }

    /** The text, or a little more than fits; null if there is no file. */
    private @Nullable String read() throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return new String(in.readNBytes(PAGE_BYTES + 1), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(path);
    }

    /** Replaces the content without a moment in which the file is empty. */
    static void rewrite(FileChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        int length = bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes, bytes.position());
        }
        channel.truncate(length);
    }
}
