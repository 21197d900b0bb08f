package org.quern.padata.run;

/**
 * What a worker does while it has nothing to do: the place where another idle strategy can be put. One for each worker,
 * used by its thread only.
 */
public interface Idling {
    /**
     * Lets a moment pass before the next look for work.
     *
     * @return false if it is time to sleep until signalled; a strategy that never sleeps says true for ever
     */
    boolean lookAgain();

    /** There was work: the next search begins anew. */
    void foundWork();

    /** The worker is about to sleep. */
    void beforeSleep();

    /** The worker woke up. */
    void afterSleep();
}
