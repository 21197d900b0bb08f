package org.quern.padata;

/** What a close does with jobs that were accepted and are not serialised yet. Each is bounded by the close's deadline. */
public enum CloseMode {
    /** Let all of them finish; at the deadline, give up those that have not. */
    DRAIN,
    /**
     * Skip the parallel phase of those that have not begun it, and release those that were deferred: {@link Job#failed}
     * is called for each with a {@link java.util.concurrent.CancellationException}, in its turn. Parallel phases that run
     * are waited for; at the deadline, what is left is given up.
     */
    CANCEL,
    /**
     * Give all of them up at once: no callback begins any more (but for one that was just beginning). The deadline is
     * for the callbacks that run: they are waited for.
     */
    ABANDON
}
