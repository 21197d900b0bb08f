package org.quern.padata;

import org.quern.kapi.Operation;

/** Told about a job that a whole shell has waited for too long; see {@link PadataOptions#stallHandler}. */
@FunctionalInterface
public interface StallHandler {
    /**
     * The head of a shell has not moved for as long as the handler was set to wait for. Called once for each job that
     * stalls, by the instance's watchdog thread, which does nothing else meanwhile; what it throws is logged.
     *
     * @param shell the shell; {@link Shell#expire} gives the job up if it was deferred
     * @param job which job, in which phase, and for how long at least
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME)
    void stalled(Shell shell, CloseReport.StuckJob job);
}
