package org.quern.xarray;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.ReverseScan;
import org.quern.xarray.tree.Scan;
import org.quern.xarray.tree.Visit;

/**
 * What all views of an array look at: the entries of a range, perhaps only those with a mark, in one of two directions. Both directions have the same entries under the
 * same indices.
 *
 * @param array the array
 * @param first first index
 * @param last last index, inclusive, not below {@code first}
 * @param mark only entries with this mark, or null for all
 * @param descending whether from last to first
 */
record Section(AbstractXArray array, long first, long last, @Nullable Mark mark, boolean descending) {

    /** All entries, ascending. */
    static Section all(AbstractXArray array) {
        return new Section(array, 0, -1L, null, false);
    }

    Section range(long newFirst, long newLast) {
        AbstractXArray.requireRange(newFirst, newLast);
        return new Section(array, newFirst, newLast, mark, descending);
    }

    Section marked(Mark newMark) {
        array.bitmap(newMark); // refuses marks the array lacks
        return new Section(array, first, last, newMark, descending);
    }

    Section reversed() {
        return new Section(array, first, last, mark, !descending);
    }

    /** Visits the entries. */
    <S> boolean run(Visit<S> visit, S sink) {
        return run(visit, first, last, sink);
    }

    /** Visits the entries from an index on, in the direction of the section. */
    <S> boolean runFrom(long from, Visit<S> visit, S sink) {
        return descending ? run(visit, first, from, sink) : run(visit, from, last, sink);
    }

    private <S> boolean run(Visit<S> visit, long from, long to, S sink) {
        long bitmap = mark == null ? NodeLayout.PRESENT : array.bitmap(mark);
        return descending
                ? ReverseScan.run(array.tree(), visit, from, to, bitmap, sink)
                : Scan.run(array.tree(), visit, from, to, bitmap, sink);
    }
}
