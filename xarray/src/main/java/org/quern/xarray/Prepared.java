package org.quern.xarray;

import org.quern.kapi.Operation;
import org.quern.xarray.tree.Ranges;

/** Memory that was set aside by {@link AbstractWriteCursor#prepareRange}, for stores in the same scope. */
@Operation(threads = Operation.Threads.OWNER, errors = IllegalStateException.class)
public final class Prepared implements AutoCloseable {
    private final WriteScope scope;
    private final Ranges ranges;
    private boolean closed;

    Prepared(WriteScope scope, Ranges ranges) {
        this.scope = scope;
        this.ranges = ranges;
    }

    /**
     * Gives back what was not needed. Idempotent.
     *
     * @throws IllegalStateException if the scope belongs to another thread
     */
    @Override
    public void close() {
        if (!closed) {
            scope.requireHeld();
            closed = true;
            ranges.unprepare();
        }
    }
}
