package org.quern.examples.esp;

import java.io.IOException;
import java.nio.file.Path;

/** A file of associations that cannot be used. The message is one line: file, line, column, what was wrong; never a key. */
public final class AssociationException extends IOException {
    private static final long serialVersionUID = 1L;

    AssociationException(Path file, int line, String what) {
        super(file + ":" + line + ": " + what);
    }

    AssociationException(Path file, String what) {
        super(file + ": " + what);
    }
}
