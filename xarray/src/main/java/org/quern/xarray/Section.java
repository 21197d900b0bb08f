package org.quern.xarray;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.Selection;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.ReverseScan;
import org.quern.xarray.tree.Scan;
import org.quern.xarray.tree.SelectionScan;
import org.quern.xarray.tree.Sieve;
import org.quern.xarray.tree.Visit;

/**
 * What all views of an array look at: the entries of a range, perhaps only those with a mark, in one of two directions. Both directions have the same entries under the
 * same indices.
 *
 * @param array the array
 * @param first first index
 * @param last last index, inclusive, not below {@code first}
 * @param mark only entries with this mark, or null for all
 * @param sieve only entries that it lets through, or null
 * @param descending whether from last to first
 */
record Section(AbstractXArray array, long first, long last, @Nullable Mark mark, @Nullable Sieve sieve,
        boolean descending) {

    /** The entries of a range, perhaps with a mark. */
    Section(AbstractXArray array, long first, long last, @Nullable Mark mark, boolean descending) {
        this(array, first, last, mark, null, descending);
    }

    /** All entries, ascending. */
    static Section all(AbstractXArray array) {
        return new Section(array, 0, -1L, null, false);
    }

    Section range(long newFirst, long newLast) {
        AbstractXArray.requireRange(newFirst, newLast);
        return new Section(array, newFirst, newLast, mark, sieve, descending);
    }

    Section marked(Mark newMark) {
        array.bitmap(newMark); // refuses marks the array lacks
        return mark == null && sieve == null
                ? new Section(array, first, last, newMark, descending)
                : marked(Selection.ALL.requiring(newMark.bit()));
    }

    /** The entries that this section has and a selection lets through. */
    Section marked(Selection further) {
        Selection both = selection().requiring(further.required() & ~further.inverted())
                .excluding(further.required() & further.inverted());
        long set = further.anyOf() & ~further.inverted();
        long clear = further.anyOf() & further.inverted();
        return new Section(array, first, last, null,
                array.sieve((set | clear) == 0 ? both : both.withAnyOf(set, clear)), descending);
    }

    /** Whether entries with a mark are none of this section's. */
    boolean excludes(Mark one) {
        Selection mine = selection();
        return (mine.required() & mine.inverted() & one.bit()) != 0;
    }

    private Selection selection() {
        return sieve != null
                ? sieve.selection()
                : mark == null ? Selection.ALL : Selection.ALL.requiring(mark.bit());
    }

    Section reversed() {
        return new Section(array, first, last, mark, sieve, !descending);
    }

    /** Visits the entries. */
    <S> boolean run(Visit<S> visit, S sink) {
        return run(visit, first, last, sink);
    }

    /** Visits the entries from an index on, in the direction of the section. */
    <S> boolean runFrom(long from, Visit<S> visit, S sink) {
        return descending ? run(visit, first, from, sink) : run(visit, from, last, sink);
    }

    /** The same entries, ascending: the direction in which visits get whole leaves. */
    Section ascending() {
        return new Section(array, first, last, mark, sieve, false);
    }

    /** The index under which an entry of this section is known: its first, or that of the section if it stands across its beginning. */
    long clip(long index) {
        return Long.compareUnsigned(index, first) < 0 ? first : index;
    }

    private <S> boolean run(Visit<S> visit, long from, long to, S sink) {
        if (sieve != null) {
            return SelectionScan.run(array.tree(), visit, from, to, sieve, descending, sink);
        }
        long bitmap = mark == null ? NodeLayout.PRESENT : array.bitmap(mark);
        return descending
                ? ReverseScan.run(array.tree(), visit, from, to, bitmap, sink)
                : Scan.run(array.tree(), visit, from, to, bitmap, sink);
    }
}
