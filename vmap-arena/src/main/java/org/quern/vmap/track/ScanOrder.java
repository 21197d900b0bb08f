package org.quern.vmap.track;

/**
 * What an engine is asked for, in the kernel's form: with x = categories XOR inverted, a page is selected if all of
 * {@code required} are set in x, and one of {@code anyOf} if that is not 0.
 *
 * @param inverted categories looked at inverted
 * @param required categories of which all must be set then
 * @param anyOf categories of which one must be set then, or 0
 * @param output categories to report
 * @param maxPages pages to report at most; 0 for no limit
 * @param protect whether pages that are reported and written count as not written from then on
 */
public record ScanOrder(long inverted, long required, long anyOf, long output, long maxPages, boolean protect) {
    /**
     * Whether a page is selected.
     *
     * @param categories what it is
     * @return true if it is
     */
    boolean selects(long categories) {
        long x = categories ^ inverted;
        return (x & required) == required && (anyOf == 0 || (x & anyOf) != 0);
    }
}
