package org.quern.kapi;

/**
 * What a declared call returns. Every call here reports failure by -1 and errno; the checks differ in what success looks
 * like.
 *
 * @param type the C type
 * @param check what a successful return satisfies
 * @param text one sentence for the reader
 */
public record Result(CType type, ResultCheck check, String text) {
    /**
     * Checks.
     *
     * @param type the C type
     * @param check what a successful return satisfies
     * @param text one sentence for the reader
     * @throws IllegalArgumentException if the type cannot carry what the check asks for, or the text is blank
     */
    public Result {
        Words.required("result.text", text);
        boolean fits = switch (check) {
            case ResultCheck.Fd ignored -> type == CType.INT;
            case ResultCheck.Address ignored -> type == CType.ADDRESS;
            case ResultCheck.NoReturn ignored -> true;
            default -> type != CType.POINTER;
        };
        if (!fits || type == CType.POINTER) {
            throw new IllegalArgumentException("result.type=" + type + ": cannot carry " + check.rule());
        }
    }

    /**
     * Success is 0.
     *
     * @return the result of calls that return nothing else
     */
    public static Result zero() {
        return new Result(CType.INT, new ResultCheck.Exact(0), "0 on success");
    }

    /**
     * Success is 0, and every errno of the list a failure.
     *
     * @return the result of calls whose success is defined by their errors
     */
    public static Result zeroUnlessListed() {
        return new Result(CType.INT, new ResultCheck.ErrorList(0), "0 on success");
    }

    /**
     * Success is a new descriptor.
     *
     * @return the result of calls that open something
     */
    public static Result fd() {
        return new Result(CType.INT, new ResultCheck.Fd(), "a new file descriptor");
    }

    /**
     * Success is an address.
     *
     * @return the result of mmap
     */
    public static Result address() {
        return new Result(CType.ADDRESS, new ResultCheck.Address(), "the address of the mapping");
    }

    /**
     * Success is a number, 0 or more.
     *
     * @param type its C type
     * @param text what is counted
     * @return the result of calls that count or measure
     */
    public static Result count(CType type, String text) {
        return new Result(type, new ResultCheck.Count(), text);
    }

    /**
     * Whether a raw return that is not the failure value -1 is one that the declaration allows.
     *
     * @param value the return, sign-extended
     * @return true if it is
     */
    public boolean accepts(long value) {
        return check.accepts(value);
    }
}
