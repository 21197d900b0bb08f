package org.quern.examples;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** An error in one line, for a person at a command line. */
final class OneLine {
    private OneLine() {}

    /** What and where, without a stack trace. */
    static String of(Throwable error) {
        String message = error.getMessage();
        String text = message == null || message.isBlank() ? error.getClass().getName() : message;
        if (error instanceof FileSystemException file) {
            text = file.getFile() + ": " + reason(file);
        }
        return of(text);
    }

    private static String reason(FileSystemException error) {
        if (error.getReason() != null) {
            return error.getReason();
        }
        return switch (error) {
            case NoSuchFileException e -> "no such file";
            case AccessDeniedException e -> "permission denied";
            default -> error.getClass().getSimpleName();
        };
    }

    /** The first line of a text. */
    static String of(String text) {
        return text.lines().findFirst().orElse("");
    }
}
