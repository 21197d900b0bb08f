package org.quern.vmap;

import java.util.Objects;

import org.quern.kapi.Operation;
import org.quern.vmap.track.ScanOrder;

/**
 * What a {@link PageScanner} is asked. Three separate questions: which pages are selected, which of their categories are
 * shown, what is done to them. Limits belong to what is shown, and what is done is done to what was shown: a page that
 * did not fit is left alone.
 *
 * <p>
 * Immutable; each method returns a changed one. Make it once, outside the loop.
 */
@Operation(threads = Operation.Threads.ANY)
public final class PageScan {
    private final Selection selection;
    private final ScanOrder order;

    private PageScan(Selection selection, long output, long maxPages, boolean protect) {
        this.selection = selection;
        this.order = new ScanOrder(selection.inverted(), selection.required(), selection.anyOf(), output,
                maxPages, protect);
    }

    /**
     * Asks for the selected pages, showing none of their categories, without limit, doing nothing to them.
     *
     * @param selection over the bits of {@link PageCategory}
     * @return the scan
     */
    public static PageScan of(Selection selection) {
        return new PageScan(Objects.requireNonNull(selection, "selection"), 0, 0, false);
    }

    /**
     * Which categories are shown. They never decide what is found; more of them may split regions.
     *
     * @param categories any number
     * @return the changed scan
     */
    public PageScan showing(PageCategory... categories) {
        return new PageScan(selection, PageCategory.mask(categories), order.maxPages(), order.protect());
    }

    /**
     * How many pages are shown at most.
     *
     * @param pages 1 or more
     * @return the changed scan
     * @throws IllegalArgumentException if {@code pages} is not positive
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public PageScan atMost(long pages) {
        if (pages < 1) {
            throw new IllegalArgumentException("pages=" + pages + ": must be positive");
        }
        return new PageScan(selection, order.output(), pages, order.protect());
    }

    /**
     * Protects what is shown: a page that was shown as {@link PageCategory#WRITTEN} is not written any more until somebody
     * writes to it. For each page this is one step: a write is seen by this scan or by the next one. Only scanners of
     * tracked memory take it ({@link WriteTracker#scanner}).
     *
     * @return the changed scan
     */
    public PageScan protecting() {
        return new PageScan(selection, order.output(), order.maxPages(), true);
    }

    ScanOrder order() {
        return order;
    }

    /**
     * The selection.
     *
     * @return as given
     */
    public Selection selection() {
        return selection;
    }

    /**
     * What is asked, for logs.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return selection + " showing 0x" + Long.toHexString(order.output())
                + (order.maxPages() == 0 ? "" : " at most " + order.maxPages() + " pages")
                + (order.protect() ? " protecting" : "");
    }
}
