package org.quern.xarray.tree;

import org.quern.vmap.Selection;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * What a selection of marks means for a node: which of its 64 slots can have what is wanted, in a few instructions on the words of its header.
 *
 * <pre>
 *   slot of              its bit of a mark says     selection          asked
 *   ---------------      -----------------------    ---------------    -------------------------------------
 *   an entry             the entry has it           exact              as it is
 *   a child              some entry below has it    coarse             what is required, and any-of if it has only marks that are wanted
 * </pre>
 *
 * The bits of children over-approximate: so a mark that must be clear says nothing about a child, and is left out there. {@code M0 and not M1} is searched where
 * there is M0; {@code not M1} alone in every leaf.
 *
 * <p>Immutable; made once for a view, so that a search allocates nothing.
 */
public final class Sieve {
    private static final long SETS = 0b111;

    private final Selection exact;
    private final Selection coarse;
    private final int bits;
    private final long plane;
    private final long flip;

    /**
     * A sieve.
     *
     * @param selection of bits 0..2: the marks
     */
    public Sieve(Selection selection) {
        long inverted = selection.inverted();
        long anyOf = (selection.anyOf() & inverted) == 0 ? selection.anyOf() : 0;
        this.exact = selection;
        this.coarse = Selection.of(0, selection.required() & ~inverted, anyOf);
        this.bits = Long.bitCount(selection.bits());
        this.plane = NodeLayout.marks(Long.numberOfTrailingZeros(selection.bits() | 0b100));
        this.flip = inverted == 0 ? 0 : -1L;
    }

    /**
     * Whether a selection speaks of marks only.
     *
     * @param selection any
     * @return false if it speaks of other bits
     */
    public static boolean fits(Selection selection) {
        return (selection.bits() & ~SETS) == 0;
    }

    /**
     * The selection.
     *
     * @return what the sieve was made of
     */
    public Selection selection() {
        return exact;
    }

    /** The slots that may lead to an entry that is wanted, of those where an entry or a child begins. */
    long candidates(long address, int shift, long siblings) {
        long begins = NodeAccess.bitmapAcquire(address, NodeLayout.PRESENT) & ~siblings;
        return begins & (shift == 0 ? wanted(address) : select(coarse, address));
    }

    /**
     * The slots whose entries are wanted; bits of other slots mean nothing. Marks of one entry are seen as they were at one moment, if none of them went to and
     * fro meanwhile: the words are read again until two readings agree. A writer that stands still delays nobody.
     */
    long wanted(long address) {
        if (bits == 1) {
            return NodeAccess.bitmapAcquire(address, plane) ^ flip;
        }
        long found = select(exact, address);
        long again = found;
        do {
            found = again;
            again = select(exact, address);
        } while (again != found);
        return found;
    }

    /** Whether the entry at a slot is wanted still. */
    boolean stillWants(long address, int slot) {
        return (bits > 1 && (select(exact, address) >>> slot & 1) != 0) || (wanted(address) >>> slot & 1) != 0;
    }

    /** Whether a lone entry with some marks is wanted. */
    boolean wants(int marks) {
        return exact.test(marks);
    }

    private static long select(Selection selection, long address) {
        return selection.select(NodeAccess.bitmapAcquire(address, NodeLayout.MARKS),
                NodeAccess.bitmapAcquire(address, NodeLayout.MARKS + NodeLayout.WORD_BYTES),
                NodeAccess.bitmapAcquire(address, NodeLayout.MARKS + 2 * NodeLayout.WORD_BYTES));
    }

    /** Whether the word of a candidate is the entry itself. */
    static boolean isEntry(long word, long linkMask) {
        return word != Entry.ABSENT && !Entry.isLink(word, linkMask);
    }
}
