package org.quern.kapi;

/**
 * A lock that the call takes, or expects to be held. It tells a caller what runs one after the other: two calls that
 * take one lock exclusively do.
 *
 * @param name of the lock
 * @param kind what sort of lock
 * @param mode how it is held
 * @param scope who takes and who releases it
 * @param text when or why; may be empty
 */
public record Lock(String name, Kind kind, Mode mode, Scope scope, String text) {
    /** Sorts of locks. */
    public enum Kind {
        /** Sleeping, one holder. */
        MUTEX,
        /** Spinning, one holder. */
        SPINLOCK,
        /** Many readers or one writer. */
        RWLOCK,
        /** Counting. */
        SEMAPHORE,
        /** A sequence that readers check afterwards. */
        SEQLOCK,
        /** Read-copy-update. */
        RCU,
        /** Any other. */
        CUSTOM
    }

    /** How a lock is held. */
    public enum Mode {
        /** Together with other readers. */
        READ,
        /** Alone, where readers exist. */
        WRITE,
        /** Alone. */
        EXCLUSIVE
    }

    /** Who takes and who releases a lock. */
    public enum Scope {
        /** Taken and released inside the call. */
        INTERNAL,
        /** Held when the call returns. */
        ACQUIRES,
        /** Held by the caller, released by the call. */
        RELEASES,
        /** Held by the caller throughout. */
        CALLER_HELD
    }

    /**
     * Checks.
     *
     * @param name of the lock
     * @param kind what sort of lock
     * @param mode how it is held
     * @param scope who takes and who releases it
     * @param text when or why; may be empty
     * @throws IllegalArgumentException if the name is blank, or the kind has no such mode
     */
    public Lock {
        Words.required("lock.name", name);
        boolean shared = kind == Kind.RWLOCK || kind == Kind.SEQLOCK || kind == Kind.RCU || kind == Kind.CUSTOM;
        if (mode == Mode.READ && !shared) {
            throw new IllegalArgumentException("lock.mode=READ: " + name + " is a " + kind + ", which has no readers");
        }
    }

    /**
     * A reader-writer lock that is taken for writing and released inside the call.
     *
     * @param name of the lock
     * @return the lock
     */
    public static Lock writes(String name) {
        return new Lock(name, Kind.RWLOCK, Mode.WRITE, Scope.INTERNAL, "");
    }

    /**
     * A reader-writer lock that is taken for reading and released inside the call.
     *
     * @param name of the lock
     * @return the lock
     */
    public static Lock reads(String name) {
        return new Lock(name, Kind.RWLOCK, Mode.READ, Scope.INTERNAL, "");
    }

    /**
     * This lock with a remark.
     *
     * @param remark when or why
     * @return the documented lock
     */
    public Lock says(String remark) {
        return new Lock(name, kind, mode, scope, remark);
    }
}
