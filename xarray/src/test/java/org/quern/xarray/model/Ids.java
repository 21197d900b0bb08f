package org.quern.xarray.model;

import org.quern.xarray.trace.Span;
import org.quern.xarray.trace.TracedArray.Cycle;
import org.quern.xarray.trace.TracedArray.Kind;

import static org.quern.xarray.trace.TracedArray.ABSENT;
import static org.quern.xarray.trace.TracedArray.RESERVED;

/** Hands out free indices: the lowest one, or the next in a cycle. */
final class Ids {
    private static final long CYCLE = 1L << 32;

    private final Model model;
    /** A cycle went over its end; the next success of any cycle says so. */
    private boolean overflowed;

    Ids(Model model) {
        this.model = model;
    }

    long allocate(long min, long max, long value) {
        requireAllocating();
        long id = free(min, max);
        if (id != -1) {
            model.write(id, id, 0, value == ABSENT ? RESERVED : value);
        }
        return id;
    }

    private void requireAllocating() {
        if (model.kind() == Kind.PLAIN) {
            throw new UnsupportedOperationException("no allocating array");
        }
    }

    private long free(long min, long max) {
        long id = min == 0 && model.kind() == Kind.ALLOCATING_FROM_ONE ? 1 : min;
        while (id >= 0 && id <= max) {
            Span taken = model.spanAt(id);
            if (taken == null) {
                return id;
            }
            id = taken.last() + 1;
        }
        return -1;
    }

    Cycle cyclic(long min, long max, long next, long value) {
        requireAllocating();
        long start = Math.max(min, next);
        long id = allocate(start, max, value);
        boolean wrapped = false;
        if (id == -1 && start > min) {
            id = allocate(min, max, value);
            wrapped = id != -1;
        } else if (id != -1) {
            wrapped = overflowed;
            overflowed = false;
        }
        if (id == -1) {
            return new Cycle(-1, next, false);
        }
        long after = (id + 1) % CYCLE;
        overflowed |= after == 0;
        return new Cycle(id, after, wrapped);
    }
}
