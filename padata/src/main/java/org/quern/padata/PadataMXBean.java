package org.quern.padata;

import org.quern.kapi.Operation;

/**
 * An instance as a management bean: what its control files show, and its counters. Registered by {@link PadataManagement}.
 * Masks are in the text form of the kernel's control files.
 */
@Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock")
public interface PadataMXBean {
    /**
     * The label of the instance.
     *
     * @return the name
     */
    String getName();

    /**
     * The state.
     *
     * @return the name of a {@link State}
     */
    String getState();

    /**
     * The user-supplied mask of the parallel workers.
     *
     * @return the text, newline included
     */
    String getParallelCpumask();

    /**
     * Sets the mask of the parallel workers; see {@link Padata#setMaskText}.
     *
     * @param text the text
     * @throws IllegalArgumentException if it is malformed, with the class of the error; nothing is changed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = IllegalArgumentException.class)
    void setParallelCpumask(String text);

    /**
     * The user-supplied mask of the serial workers.
     *
     * @return the text, newline included
     */
    String getSerialCpumask();

    /**
     * Sets the mask of the serial workers; see {@link Padata#setMaskText}.
     *
     * @param text the text
     * @throws IllegalArgumentException if it is malformed, with the class of the error; nothing is changed
     * @throws IllegalStateException if the instance has no serial workers
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    void setSerialCpumask(String text);

    /**
     * The CPUs of the parallel mask that are online.
     *
     * @return the text, newline included
     */
    String getUsableParallelCpumask();

    /**
     * The CPUs of the serial mask that are online.
     *
     * @return the text, newline included
     */
    String getUsableSerialCpumask();

    /**
     * Jobs accepted and not yet serialised.
     *
     * @return how many
     */
    long getInFlight();

    /**
     * Serial phases run.
     *
     * @return how many
     */
    long getSerialised();

    /**
     * Jobs that failed in their parallel phase, of those serialised.
     *
     * @return how many
     */
    long getFailed();

    /**
     * Parallel phases run by submitting threads.
     *
     * @return how many
     */
    long getInlineRuns();

    /** Refuses submissions; see {@link Padata#pause}. */
    void pause();

    /**
     * Ends a pause; see {@link Padata#resume}.
     *
     * @return whether submissions are accepted now
     */
    boolean resume();
}
