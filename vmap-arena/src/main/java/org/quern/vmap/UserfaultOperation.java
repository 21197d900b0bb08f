package org.quern.vmap;

import java.util.EnumSet;
import java.util.Set;

import org.quern.kapi.Operation;

/**
 * What can be done to a registered range, as the kernel says when it is registered. The kernel answers with a mask in which
 * bit <i>n</i> stands for command number <i>n</i>: a promise about the kind of range, not that each call succeeds (MOVE is
 * promised for shared memory, and refused there).
 */
@Operation(threads = Operation.Threads.ANY)
public enum UserfaultOperation {
    /** Wake who waits. */
    WAKE(2),
    /** Fill with a copy. */
    COPY(3),
    /** Fill with zeros. */
    ZEROPAGE(4),
    /** Fill by moving pages there. */
    MOVE(5),
    /** Protect against writing. */
    WRITEPROTECT(6),
    /** Map what the file has. */
    CONTINUE(7),
    /** Let accesses fail. */
    POISON(8);

    private final int number;

    UserfaultOperation(int number) {
        this.number = number;
    }

    static Set<UserfaultOperation> of(long mask) {
        Set<UserfaultOperation> operations = EnumSet.noneOf(UserfaultOperation.class);
        for (UserfaultOperation operation : values()) {
            if ((mask & 1L << operation.number) != 0) {
                operations.add(operation);
            }
        }
        return operations;
    }
}
