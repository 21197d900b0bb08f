package org.quern.kapi;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A native call failed: which, with which arguments, with which errno, and what that means here.
 *
 * <p>
 * The message reads, for instance: {@code mprotect(addr=0x1000, length=4096, prot=PROT_NONE) failed: ENOMEM (12, out of
 * memory): part of the range is not mapped; or the split would exceed the number of mappings}.
 */
public class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int number;

    /**
     * Describes a failure.
     *
     * @param arguments the call and its arguments
     * @param number the errno as the call reported it
     */
    public KernelException(Arguments arguments, int number) {
        this(arguments, number, meaning(arguments, number));
    }

    KernelException(Arguments arguments, int number, String meaning) {
        super(arguments + " failed: " + Errno.describe(number) + ": " + meaning);
        this.call = arguments.spec().name();
        this.number = number;
    }

    /**
     * The failure as the declaration knows it: a {@link KernelException}, or an {@link UnspecifiedErrnoException} if the
     * errno is not listed.
     *
     * @param arguments the call and its arguments
     * @param number the errno as the call reported it
     * @return the exception to throw
     */
    public static KernelException of(Arguments arguments, int number) {
        boolean listed = arguments.spec().errors().stream().anyMatch(e -> e.errno().number() == number);
        return listed ? new KernelException(arguments, number) : new UnspecifiedErrnoException(arguments, number);
    }

    private static String meaning(Arguments arguments, int number) {
        List<ErrorEntry> entries = arguments.spec().errors().stream().filter(e -> e.errno().number() == number)
                .toList();
        List<ErrorEntry> possible = entries.stream().filter(e -> e.possible().test(arguments)).toList();
        return (possible.isEmpty() ? entries : possible).stream().map(ErrorEntry::condition)
                .collect(Collectors.joining("; or "));
    }

    /**
     * The name of the call.
     *
     * @return for instance {@code mmap}
     */
    public String call() {
        return call;
    }

    /**
     * The error by name.
     *
     * @return the errno; {@link Errno#UNKNOWN} if this library has no name for the number
     */
    public Errno errno() {
        return Errno.fromNumber(number);
    }

    /**
     * The error as a number.
     *
     * @return the errno as the call reported it
     */
    public int errnoNumber() {
        return number;
    }
}
