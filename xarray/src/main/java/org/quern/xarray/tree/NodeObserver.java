package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;

/**
 * Who is told of nodes whose counts changed. Called by one writer at a time, with the array's lock, in the middle of an operation: so what it throws is kept until
 * the operation is complete, and while it runs the array takes no other change.
 */
public abstract class NodeObserver {
    private boolean telling;
    private @Nullable RuntimeException failure;

    /** An observer. */
    protected NodeObserver() {}

    /**
     * Called after the change. A count of 0 says that the node is about to go.
     *
     * @param base first index of the node
     * @param shift its shift
     * @param count its non-empty slots
     * @param valueCount those of them that hold values
     */
    protected abstract void nodeChanged(long base, int shift, int count, int valueCount);

    final void tell(long base, int shift, int count, int valueCount) {
        telling = true;
        try {
            nodeChanged(base, shift, count, valueCount);
        } catch (RuntimeException e) {
            if (failure == null) {
                failure = e;
            } else {
                failure.addSuppressed(e);
            }
        } finally {
            telling = false;
        }
    }

    final boolean isTelling() {
        return telling;
    }

    /** What was thrown since the last call. */
    final @Nullable RuntimeException takeFailure() {
        RuntimeException thrown = failure;
        failure = null;
        return thrown;
    }
}
