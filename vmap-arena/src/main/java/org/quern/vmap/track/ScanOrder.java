package org.quern.vmap.track;

import java.util.function.LongPredicate;

/**
 * What an engine is asked for. The masks are the kernel's form of the selection, {@code selects} is the same as a function.
 *
 * @param inverted categories looked at inverted
 * @param required categories of which all must be set then
 * @param anyOf categories of which one must be set then, or 0
 * @param selects the three masks as a condition on categories
 * @param output categories to report
 * @param maxPages pages to report at most; 0 for no limit
 * @param protect whether pages that are reported and written count as not written from then on
 */
public record ScanOrder(long inverted, long required, long anyOf, LongPredicate selects, long output, long maxPages,
        boolean protect) {}
