package org.quern.xarray;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.LongStream;

import org.quern.kapi.Operation;
import org.quern.vmap.Selection;
import org.quern.xarray.tree.Tally;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.Visit;

/**
 * What {@link LongEntries} and {@link Entries} have in common: which entries a view has, and counting them.
 *
 * <p><b>Combinations of marks.</b> {@link #marked(Selection)} takes any that the library's one algebra can say: marks an entry must have, marks it must not have, and marks of which it must
 * have one. A required mark is searched by the bits above the leaves: O(height) an entry, whatever lies between. Where a selection requires no mark - {@link #unmarked} does not - each leaf of the
 * range is looked at, one line for 64 indices. Each entry is judged by its marks when its turn comes, as they were at one moment unless they go to and fro.
 *
 * <p>Demands add up: {@code entries().marked(M0).unmarked(M1)} has the entries with M0 and without M1. There can be one any-of; a combination that nothing could meet is refused.
 *
 * <p><b>Counting</b> goes leaf by leaf and counts bits: O(leaves), and O(height) for each, some 10 ns for 64 indices. Entries are not counted as they come and go: a store costs nothing for it.
 *
 * @param <E> the view itself
 */
@Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        IllegalArgumentException.class, UnsupportedOperationException.class, IllegalStateException.class})
public abstract sealed class AbstractEntries<E extends AbstractEntries<E>> permits LongEntries, Entries {
    final Section section;

    AbstractEntries(Section section) {
        this.section = section;
    }

    abstract E of(Section other);

    /**
     * The same view of another range.
     *
     * @param first first index
     * @param last last index, inclusive
     * @return the view
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     */
    public E range(long first, long last) {
        return of(section.range(first, last));
    }

    /**
     * The entries of this view that have a mark. One that loses it before its turn is not delivered.
     *
     * @param mark the mark
     * @return the view
     * @throws NullPointerException if the mark is null
     * @throws IllegalArgumentException if the view excludes the mark; nothing could match
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     */
    public E marked(Mark mark) {
        return of(section.marked(Objects.requireNonNull(mark, "mark")));
    }

    /**
     * The entries of this view that do not have a mark. One that gets it before its turn is not delivered.
     *
     * @param mark the mark
     * @return the view
     * @throws NullPointerException if the mark is null
     * @throws IllegalArgumentException if the view requires the mark; nothing could match
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     */
    public E unmarked(Mark mark) {
        return marked(Selection.ALL.excluding(Objects.requireNonNull(mark, "mark").bit()));
    }

    /**
     * The entries of this view that have a combination of marks.
     *
     * @param selection of bits of {@link Mark#bit}
     * @return the view
     * @throws NullPointerException if the selection is null
     * @throws IllegalArgumentException if it speaks of bits that are no marks, if nothing could match together with what the view demands already, or if both have an any-of
     * @throws UnsupportedOperationException if the array allocates and the selection speaks of M0
     */
    public E marked(Selection selection) {
        return of(section.marked(Objects.requireNonNull(selection, "selection")));
    }

    /**
     * The same view in the other direction.
     *
     * @return the view
     */
    public E descending() {
        return of(section.reversed());
    }

    /**
     * The number of entries, reserved ones not. O(leaves).
     *
     * @return how many there are; of no single moment while others write
     * @throws IllegalStateException if the array is closed
     */
    public long count() {
        return count(section);
    }

    private static long count(Section part) {
        long[] counted = {0};
        part.ascending().run(Tally.COUNT, counted);
        return counted[0];
    }

    /**
     * Sets a mark of all entries of the view; those it has anyway are not touched. One step for other writers: it holds the writer lock, O(leaves) and O(height) for each leaf that
     * changes. {@code entries(first, last).marked(M0).mark(M1)} tags what is to be worked on, and what gets M0 later is not among it.
     *
     * @param mark the mark
     * @return entries that did not have it
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class, IllegalStateException.class})
    public long mark(Mark mark) {
        return change(mark, true);
    }

    /**
     * Clears a mark of all entries of the view; as {@link #mark}. Leaves without the mark are passed over.
     *
     * @param mark the mark
     * @return entries that had it
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class, IllegalStateException.class})
    public long unmark(Mark mark) {
        return change(mark, false);
    }

    private long change(Mark mark, boolean set) {
        Objects.requireNonNull(mark, "mark");
        Tree tree = section.array().tree();
        tree.enter();
        try {
            long[] changed = {0};
            Visit<long[]> visit = section.array().writer().marks(section.array().number(mark), set);
            Section all = section.ascending();
            Section part = set || all.excludes(mark) ? all : all.marked(Selection.ALL.requiring(mark.bit()));
            part.run(visit, changed);
            return changed[0];
        } finally {
            tree.unlock();
        }
    }

    /**
     * The number of entries that come before an index in the view's order: its rank. O(leaves before it). With {@link #select} it is of one moment inside {@link AbstractXArray#lock}.
     *
     * @param index any index
     * @return entries whose index is lower; in a descending view, higher
     * @throws IllegalStateException if the array is closed
     */
    public long rank(long index) {
        if (section.descending()) {
            boolean below = Long.compareUnsigned(index, section.first()) < 0;
            long last = below ? index : section.array().lastOf(index); // an entry around the index is not before it
            return Long.compareUnsigned(last, section.last()) >= 0
                    ? 0
                    : count(section.range(greater(last + 1, section.first()), section.last()));
        }
        return Long.compareUnsigned(index, section.first()) <= 0
                ? 0
                : count(section.range(section.first(), lesser(index - 1, section.last())));
    }

    private static long lesser(long one, long other) {
        return Long.compareUnsigned(one, other) < 0 ? one : other;
    }

    private static long greater(long one, long other) {
        return Long.compareUnsigned(one, other) > 0 ? one : other;
    }

    /**
     * The index of the entry before which there are so many others in the view's order. O(leaves before it); descending, O(entries).
     *
     * @param rank 0 for the first
     * @return its index, unsigned; or empty if there are not so many
     * @throws IllegalArgumentException if the rank is negative
     * @throws IllegalStateException if the array is closed
     */
    public OptionalLong select(long rank) {
        if (rank < 0) {
            throw new IllegalArgumentException("rank=" + rank + ": must be 0 or more");
        }
        long[] found = {rank, 0};
        return section.run(Tally.SELECT, found) ? OptionalLong.of(section.clip(found[1])) : OptionalLong.empty();
    }

    /**
     * The indices, unsigned, in the view's order. The array is read when the stream runs.
     *
     * @return a stream
     * @throws IllegalStateException if the array is closed; out of the stream
     */
    public abstract LongStream indices();
}
