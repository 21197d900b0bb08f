package org.quern.examples;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** An error in one line, for a person at a command line. */
final class OneLine {
    private OneLine() {
    }

    /** What and where, without a stack trace. */
    static String of(Throwable error) {
        String message = error.getMessage();
        return of(switch (error) {
            case NoSuchFileException e -> e.getFile() + ": no such file";
            case AccessDeniedException e when e.getReason() == null -> e.getFile() + ": permission denied";
            case FileSystemException e when e.getReason() != null -> e.getFile() + ": " + e.getReason();
            default -> message == null || message.isBlank() ? error.getClass().getName() : message;
        });
    }

    /** The first line of a text. */
    static String of(String text) {
        return text.lines().findFirst().orElse("");
    }
}
