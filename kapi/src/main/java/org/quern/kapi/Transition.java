package org.quern.kapi;

/**
 * A change of state that the call makes. Each is a test, or says why it is none.
 *
 * @param object what changes its state
 * @param from the state before
 * @param to the state afterwards
 * @param condition when; empty if always
 * @param recipe name of the test that shows it; empty if there is none
 * @param untested why there is no test; empty if there is one or nobody said
 */
public record Transition(String object, String from, String to, String condition, String recipe, String untested) {
    /**
     * Checks.
     *
     * @param object what changes its state
     * @param from the state before
     * @param to the state afterwards
     * @param condition when; empty if always
     * @param recipe name of the test that shows it
     * @param untested why there is no test
     * @throws IllegalArgumentException if a word is missing, nothing changes, or it is both tested and not
     */
    public Transition {
        Words.required("transition.object", object);
        Words.required("transition.from", from);
        Words.required("transition.to", to);
        if (from.equals(to)) {
            throw new IllegalArgumentException("transition.to='" + to + "': " + object + " is in that state already");
        }
        ErrorEntry.requireOneOf(recipe, untested, "transition of " + object);
    }

    /**
     * A change that nobody has said how to show.
     *
     * @param object what changes its state
     * @param from the state before
     * @param to the state afterwards
     * @return the transition, unconditional
     */
    public static Transition of(String object, String from, String to) {
        return new Transition(object, from, to, "", "", "");
    }
}
