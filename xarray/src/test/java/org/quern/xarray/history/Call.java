package org.quern.xarray.history;

/**
 * One call on a register, as its caller saw it: what was asked, what came back, and between which moments it happened. Contents are numbers, {@value #NOTHING} for none.
 *
 * @param kind what was asked
 * @param expected for COMPARE_AND_SET what it compared with
 * @param update what it stored
 * @param result what came back; 1 and 0 for yes and no
 * @param invoked moment before the call
 * @param returned moment after the call, later than {@code invoked}
 */
public record Call(Kind kind, long expected, long update, long result, long invoked, long returned) {
    /** No content. */
    public static final long NOTHING = -1;

    /** What the call did on a register that held something, if it gave what it gave; or IMPOSSIBLE. */
    static final long IMPOSSIBLE = Long.MIN_VALUE;

    /** What can be asked. */
    public enum Kind {
        /** Reads. */
        LOAD,
        /** Sets, and gives the old content. */
        STORE,
        /** Empties, and gives the old content. */
        ERASE,
        /** Sets an empty one. */
        INSERT,
        /** Sets, replaces or empties if the content is as expected. */
        COMPARE_AND_SET
    }

    /** What the register holds after this call, if it held something before; or IMPOSSIBLE if it would have answered otherwise. */
    long after(long held) {
        return switch (kind) {
            case LOAD -> result == held ? held : IMPOSSIBLE;
            case STORE -> result == held ? update : IMPOSSIBLE;
            case ERASE -> result == held ? NOTHING : IMPOSSIBLE;
            case INSERT -> decide(held, held == NOTHING);
            case COMPARE_AND_SET -> decide(held, held == expected);
        };
    }

    private long decide(long held, boolean set) {
        return (result == 1) != set ? IMPOSSIBLE : set ? update : held;
    }
}
