package org.quern.kapi;

import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * One way a call fails: the errno and the condition. Several entries may share an errno; a {@link KernelException}
 * lists those whose {@code possible} test agrees with the arguments.
 *
 * <p>
 * Two entries are equal if their data are; the {@code possible} test is code, and the condition says the same in words.
 *
 * @param errno the error
 * @param condition when it happens, one phrase
 * @param possible false if the arguments rule the condition out; always true where they cannot
 * @param recipe name of the test that provokes it; empty if there is none
 * @param untested why nothing provokes it; empty if something does or nobody said
 */
public record ErrorEntry(Errno errno, String condition, Predicate<Arguments> possible, String recipe, String untested) {
    /**
     * Checks.
     *
     * @param errno the error
     * @param condition when it happens
     * @param possible false if the arguments rule the condition out
     * @param recipe name of the test that provokes it
     * @param untested why nothing provokes it
     * @throws IllegalArgumentException if the condition is blank, the errno unknown, or it is both tested and not
     */
    public ErrorEntry {
        Words.required("error.condition", condition);
        if (errno == Errno.UNKNOWN) {
            throw new IllegalArgumentException("error.errno=UNKNOWN: '" + condition + "' needs an errno with a name");
        }
        requireOneOf(recipe, untested, "error " + errno + " '" + condition + "'");
    }

    /**
     * A condition that nobody has said how to provoke.
     *
     * @param errno the error
     * @param condition when it happens
     * @param possible false if the arguments rule the condition out
     */
    public ErrorEntry(Errno errno, String condition, Predicate<Arguments> possible) {
        this(errno, condition, possible, "", "");
    }

    /**
     * A condition that cannot be judged from the arguments.
     *
     * @param errno the error
     * @param condition when it happens
     */
    public ErrorEntry(Errno errno, String condition) {
        this(errno, condition, arguments -> true);
    }

    static void requireOneOf(String recipe, String untested, String what) {
        if (!recipe.isBlank() && !untested.isBlank()) {
            throw new IllegalArgumentException("untested='" + untested + "': " + what + " has the recipe " + recipe);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ErrorEntry e && errno == e.errno && condition.equals(e.condition)
                && recipe.equals(e.recipe) && untested.equals(e.untested);
    }

    @Override
    public int hashCode() {
        return errno.hashCode() * 31 + condition.hashCode();
    }
}
