package org.quern.kapi;

import java.util.Arrays;

/**
 * The error numbers of Linux that the declared calls report, by name. The numbers are those of the generic table, which
 * x86-64, aarch64 and riscv64 use. Source: errno(3).
 */
public enum Errno {
    /** Operation not permitted. */
    EPERM(1, "operation not permitted"),
    /** No such file or directory. */
    ENOENT(2, "no such file or directory"),
    /** No such process or thread. */
    ESRCH(3, "no such process or thread"),
    /** Interrupted by a signal. */
    EINTR(4, "interrupted by a signal"),
    /** Input or output error. */
    EIO(5, "input or output error"),
    /** No such device or address. */
    ENXIO(6, "no such device or address"),
    /** Argument list too long. */
    E2BIG(7, "argument list too long"),
    /** Not an executable format. */
    ENOEXEC(8, "not an executable format"),
    /** Not an open descriptor. */
    EBADF(9, "not an open descriptor"),
    /** No child process. */
    ECHILD(10, "no child process"),
    /** Try again. */
    EAGAIN(11, "try again"),
    /** Out of memory. */
    ENOMEM(12, "out of memory"),
    /** Permission denied. */
    EACCES(13, "permission denied"),
    /** Bad address. */
    EFAULT(14, "bad address"),
    /** Block device required. */
    ENOTBLK(15, "block device required"),
    /** Busy. */
    EBUSY(16, "busy"),
    /** Exists already. */
    EEXIST(17, "exists already"),
    /** Crosses file systems. */
    EXDEV(18, "crosses file systems"),
    /** No such device. */
    ENODEV(19, "no such device"),
    /** Not a directory. */
    ENOTDIR(20, "not a directory"),
    /** Is a directory. */
    EISDIR(21, "is a directory"),
    /** Invalid argument. */
    EINVAL(22, "invalid argument"),
    /** Too many open files in the system. */
    ENFILE(23, "too many open files in the system"),
    /** Too many open files in the process. */
    EMFILE(24, "too many open files in the process"),
    /** Not a device for this request. */
    ENOTTY(25, "not a device for this request"),
    /** Program file is busy. */
    ETXTBSY(26, "program file is busy"),
    /** File too large. */
    EFBIG(27, "file too large"),
    /** No space left. */
    ENOSPC(28, "no space left"),
    /** Cannot seek. */
    ESPIPE(29, "cannot seek"),
    /** Read-only file system. */
    EROFS(30, "read-only file system"),
    /** Too many links. */
    EMLINK(31, "too many links"),
    /** Broken pipe. */
    EPIPE(32, "broken pipe"),
    /** Argument out of domain. */
    EDOM(33, "argument out of domain"),
    /** Result out of range. */
    ERANGE(34, "result out of range"),
    /** Name too long. */
    ENAMETOOLONG(36, "name too long"),
    /** No locks available. */
    ENOLCK(37, "no locks available"),
    /** Call not implemented here. */
    ENOSYS(38, "call not implemented here"),
    /** Directory not empty. */
    ENOTEMPTY(39, "directory not empty"),
    /** Too many symbolic links. */
    ELOOP(40, "too many symbolic links"),
    /** Value too large for its type. */
    EOVERFLOW(75, "value too large for its type"),
    /** A lock would never be granted. */
    EDEADLK(35, "would deadlock"),
    /** Not a socket. */
    ENOTSOCK(88, "not a socket"),
    /** Not supported. */
    EOPNOTSUPP(95, "not supported"),
    /** Timed out. */
    ETIMEDOUT(110, "timed out"),
    /** Already in progress. */
    EALREADY(114, "already in progress"),
    /** Disk quota exceeded. */
    EDQUOT(122, "disk quota exceeded"),
    /** Cancelled. */
    ECANCELED(125, "cancelled"),
    /** Page has a hardware error. */
    EHWPOISON(133, "page has a hardware error"),
    /** A number that has no name here. */
    UNKNOWN(-1, "no name for this number");

    /** The kernel never reports a larger one, so -4095..-1 in band can only be errors. */
    public static final int LARGEST = 4095;

    private static final Errno[] BY_NUMBER = new Errno[256];

    static {
        Arrays.fill(BY_NUMBER, UNKNOWN);
        for (Errno errno : values()) {
            if (errno != UNKNOWN) {
                BY_NUMBER[errno.number] = errno;
            }
        }
    }

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /**
     * The number.
     *
     * @return 1..4095, or -1 for {@link #UNKNOWN}
     */
    public int number() {
        return number;
    }

    /**
     * What the error means.
     *
     * @return a phrase in lower case
     */
    public String text() {
        return text;
    }

    /**
     * Whether the same call may succeed when it is simply made again.
     *
     * @return true for {@link #EAGAIN} and {@link #EINTR}
     */
    public boolean isRetryable() {
        return this == EAGAIN || this == EINTR;
    }

    /**
     * The error of a number.
     *
     * @param number as the kernel reports it, or negated as it comes back in band
     * @return the error, {@link #UNKNOWN} if it has no name here
     */
    public static Errno fromNumber(int number) {
        int n = Math.abs(number);
        return n >= 0 && n < BY_NUMBER.length ? BY_NUMBER[n] : UNKNOWN;
    }

    /**
     * Whether an in-band return is an error.
     *
     * @param inBand the return of a bound call
     * @return true for -4095..-1
     */
    public static boolean isError(long inBand) {
        return inBand < 0 && inBand >= -LARGEST;
    }

    /**
     * Name, number and text.
     *
     * @param number the error number
     * @return for instance {@code ENOMEM (12, out of memory)}
     */
    public static String describe(int number) {
        Errno errno = fromNumber(number);
        return errno == UNKNOWN ? "errno " + number : errno + " (" + number + ", " + errno.text + ")";
    }
}
