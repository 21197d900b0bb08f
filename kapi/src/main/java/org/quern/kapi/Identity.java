package org.quern.kapi;

/**
 * Which call a declaration is about.
 *
 * @param name as in the manual page
 * @param symbol what the kernel calls it, for instance {@code sys_mlock}; may be empty
 * @param version of the declaration itself: starts at 1, grows when the declaration changes what it promises
 * @param since where the call first appeared, for instance {@code Linux 3.17}
 * @param summary one sentence
 */
public record Identity(String name, String symbol, int version, String since, String summary) {
    /**
     * Checks.
     *
     * @param name as in the manual page
     * @param symbol what the kernel calls it
     * @param version of the declaration itself
     * @param since where the call first appeared
     * @param summary one sentence
     * @throws IllegalArgumentException if a text is blank or the version is less than 1
     */
    public Identity {
        Words.required("name", name);
        Words.required("since", since);
        Words.required("summary", summary);
        if (version < 1) {
            throw new IllegalArgumentException("version=" + version + ": " + name + " must have 1 or more");
        }
    }
}
