package org.quern.padata;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.padata.order.KeyLink;
import org.quern.padata.order.KeyQueue;

/**
 * A job that can be submitted to a {@link KeyedShell} (and to a {@link Shell} as well): it carries its place in the queue
 * of its key, so that a submission allocates nothing for it. Everything said of {@link Job} holds.
 */
public abstract class KeyedJob extends Job {
    final KeyLink link;
    /** Where it is in flight. Written by the submitter before it is published. */
    @Nullable
    KeyQueue queue;
    /** Which life this is; the same rules. */
    long life;

    /** A job that is not in flight. */
    @Operation(threads = Operation.Threads.ANY)
    @SuppressWarnings("this-escape") // it goes no further than this object's own field
    protected KeyedJob() {
        link = new KeyLink(this);
    }
}
