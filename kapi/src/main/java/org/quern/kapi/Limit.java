package org.quern.kapi;

/**
 * A rule about resources or circumstances that no argument shows, and that is therefore documentation only.
 *
 * @param name what it is called
 * @param formula as an expression; empty if words say it better
 * @param text in words; empty only if there is a formula
 */
public record Limit(String name, String formula, String text) {
    /**
     * Checks.
     *
     * @param name what it is called
     * @param formula as an expression
     * @param text in words
     * @throws IllegalArgumentException if the name, or both formula and text, are missing
     */
    public Limit {
        Words.required("limit.name", name);
        Words.required("limit.text", formula + text);
    }
}
