package org.quern.vmap;

/**
 * Why pages could not be handed out or populated. Nothing was changed.
 *
 * @param cause what was missing
 * @param requestedPages how many pages were asked for
 * @param availablePages how many could be had at best: the longest free run, what is left of the budget or of memory
 * @param arena the arena's name
 */
public record Shortage(Cause cause, long requestedPages, long availablePages,
        String arena) implements PageAllocation, Population {
    /** What was missing. */
    public enum Cause {
        /** No run of free pages is long enough (at the alignment asked for). */
        ADDRESS_SPACE,
        /** The arena's budget is spent. */
        BUDGET,
        /** The machine, or the container of this process, has not that much memory to give. */
        MEMORY
    }

    /**
     * The shortage in a sentence.
     *
     * @return cause and values
     */
    @Override
    public String toString() {
        return arena + ": no " + requestedPages + " pages: " + switch (cause) {
            case ADDRESS_SPACE -> "the longest free run has " + availablePages + " (or none at this alignment)";
            case BUDGET -> availablePages + " are left of the budget";
            case MEMORY -> "the system has memory for " + availablePages;
        };
    }
}
