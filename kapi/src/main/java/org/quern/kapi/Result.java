package org.quern.kapi;

/**
 * What a declared call returns, and which return means failure. Every call here reports failure by -1 and errno; the
 * kinds differ in what success looks like.
 *
 * @param type the C type
 * @param check what a successful return satisfies
 * @param text one sentence for the reader
 */
public record Result(CType type, Check check, String text) {
    /** What a successful return satisfies. */
    public enum Check {
        /** Exactly 0. */
        ZERO,
        /** A new file descriptor, 0 or more. */
        FD,
        /** An address: any value but -1. 0 is possible. */
        ADDRESS,
        /** A number, 0 or more. */
        COUNT
    }

    /**
     * Success is 0.
     *
     * @return the result of calls that return nothing else
     */
    public static Result zero() {
        return new Result(CType.INT, Check.ZERO, "0 on success");
    }

    /**
     * Success is a new descriptor.
     *
     * @return the result of calls that open something
     */
    public static Result fd() {
        return new Result(CType.INT, Check.FD, "a new file descriptor");
    }

    /**
     * Success is an address.
     *
     * @return the result of mmap
     */
    public static Result address() {
        return new Result(CType.ADDRESS, Check.ADDRESS, "the address of the mapping");
    }

    /**
     * Success is a number, 0 or more.
     *
     * @param type its C type
     * @param text what is counted
     * @return the result of calls that count or measure
     */
    public static Result count(CType type, String text) {
        return new Result(type, Check.COUNT, text);
    }

    /**
     * Whether a raw return that is not the failure value -1 is one that the declaration allows.
     *
     * @param value the return, sign-extended
     * @return true if it is
     */
    public boolean accepts(long value) {
        return switch (check) {
            case ZERO -> value == 0;
            case FD -> value >= 0 && value <= Integer.MAX_VALUE;
            case ADDRESS -> value != -1;
            case COUNT -> value >= 0;
        };
    }
}
