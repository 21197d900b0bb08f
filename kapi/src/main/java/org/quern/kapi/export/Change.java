package org.quern.kapi.export;

/**
 * One difference between two exports.
 *
 * @param weight what it means to a caller
 * @param path where, for instance {@code madvise.params.length.constraints.range.max}
 * @param before what was there; empty if nothing
 * @param after what is there now; empty if nothing
 */
public record Change(Weight weight, String path, String before, String after) {
    /** What a difference means to a caller. */
    public enum Weight {
        /** A program that was right may not be any more: a stricter rule, another type, a call that is gone. */
        BREAKING,
        /** The call does, or reports, or accepts, something else. */
        BEHAVIOUR,
        /** Only the words. */
        WORDS
    }

    /**
     * One line of release notes.
     *
     * @return weight, place and both states
     */
    @Override
    public String toString() {
        String what = before.isEmpty()
                ? "added " + after
                : after.isEmpty() ? "removed " + before : before + " -> " + after;
        return String.format("%-9s %s: %s", weight, path, what);
    }
}
