package org.quern.examples.capture;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A capture that cannot be read or written as asked: it is foreign, it is truncated, or a length in it contradicts the
 * file. The message is one line: file, byte offset, what was wrong.
 */
public final class CaptureException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;

    /**
     * Describes a defect at a place in a file.
     *
     * @param file the capture
     * @param offset where in the file the defective structure begins, in bytes
     * @param what what is wrong, without the place
     */
    public CaptureException(Path file, long offset, String what) {
        super(file + ": byte " + offset + ": " + what);
        this.offset = offset;
    }

    /**
     * Where the defect is.
     *
     * @return offset in bytes from the start of the file
     */
    public long offset() {
        return offset;
    }
}
