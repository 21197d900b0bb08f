package org.quern.vmap.map;

import org.quern.kapi.Errno;
import org.quern.vmap.reserve.MappingBudget;

/** Something could not be mapped or opened; the public layer turns it into its own exception. Nothing was changed. */
public final class MapFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** What was in the way. */
    public enum Kind {
        /** The process holds as many mappings as the library allows itself. */
        BUDGET,
        /** Something else is mapped at the place asked for. */
        OCCUPIED,
        /** The system refused; the message has call and errno. */
        REFUSED,
        /** A descriptor of ours was closed, or is another file's now. */
        CLOSED_BY_OTHERS,
        /** The file is shorter than it was. */
        TRUNCATED,
        /** The file may be cut under us. */
        UNSEALED,
        /** Nothing there, or nothing that can be mapped. */
        NOT_A_FILE,
        /** This system has no such thing. */
        UNAVAILABLE
    }

    private final Kind kind;

    MapFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    static MapFailure budget(String name, int wanted) {
        return new MapFailure(Kind.BUDGET, name + ": " + wanted + " mappings wanted, " + MappingBudget.PROCESS.used()
                + " of " + MappingBudget.PROCESS.limit() + " are in use (a quarter of vm.max_map_count)");
    }

    static MapFailure system(String name, String call, long result) {
        Errno errno = Errno.fromNumber((int) -result);
        return new MapFailure(errno == Errno.EEXIST ? Kind.OCCUPIED : Kind.REFUSED,
                name + ": " + call + " failed: " + errno);
    }

    /**
     * What was in the way.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }
}
