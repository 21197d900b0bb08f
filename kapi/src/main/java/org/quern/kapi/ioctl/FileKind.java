package org.quern.kapi.ioctl;

import org.quern.kapi.Errno;
import org.quern.kapi.Operation;

/**
 * What a descriptor of an ioctl is open on. A command number is unique only per kind of file: on the userfaultfd device
 * type 0xaa, number 0 creates a descriptor, and on that descriptor it registers a range.
 */
@Operation(threads = Operation.Threads.ANY)
public enum FileKind {
    /** What userfaultfd(2) returns. */
    USERFAULTFD(Errno.EINVAL),
    /** /dev/userfaultfd. */
    USERFAULTFD_DEVICE(Errno.EINVAL),
    /** /proc/PID/pagemap. */
    PAGEMAP(Errno.EINVAL),
    /** /proc/PID/maps. */
    MAPS(Errno.ENOTTY),
    /** A regular file, also one in memory. */
    REGULAR(Errno.ENOTTY),
    /** A pipe. */
    PIPE(Errno.ENOTTY),
    /** A terminal. */
    TERMINAL(Errno.ENOTTY);

    private final Errno unknown;

    FileKind(Errno unknown) {
        this.unknown = unknown;
    }

    /**
     * What a file of this kind answers to a command that it does not know. ENOTTY is right, EINVAL a historic mistake
     * that stays.
     *
     * @return the errno
     */
    public Errno unknownCommand() {
        return unknown;
    }
}
