package org.quern.kapi;

/**
 * One use of a call.
 *
 * @param call as one would write it, for instance {@code mlock(addr, 4096)}
 * @param shows what it does
 */
public record Example(String call, String shows) {
    /**
     * Checks.
     *
     * @param call as one would write it
     * @param shows what it does
     * @throws IllegalArgumentException if one is blank
     */
    public Example {
        Words.required("example.call", call);
        Words.required("example.shows", shows);
    }
}
