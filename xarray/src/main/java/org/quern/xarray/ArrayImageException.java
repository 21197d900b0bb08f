package org.quern.xarray;

import java.io.IOException;
import java.nio.file.Path;

import org.quern.xarray.image.ImageDamage;

/** An image of an array cannot be read: the reason says why, the message which one and where. A file that is not there, or a disk that is full, is another {@link IOException}. */
public final class ArrayImageException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What is wrong with the image. */
    public enum Reason {
        /** It is no image of an array, or one of a machine with another byte order. */
        FOREIGN,
        /** A later version of the library wrote it. */
        NEWER,
        /** It is shorter than it was written. */
        TRUNCATED,
        /** A checksum is wrong, or what it protects is no tree. */
        CORRUPT
    }

    private final Reason reason;

    ArrayImageException(String where, ImageDamage damage) {
        super(where + ": " + damage.getMessage());
        this.reason = Reason.valueOf(damage.kind().name());
    }

    ArrayImageException(Path file, Reason reason, String message) {
        super(file + ": " + message);
        this.reason = reason;
    }

    /**
     * What is wrong.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
