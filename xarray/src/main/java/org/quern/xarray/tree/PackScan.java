package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.node.PackAccess;

/**
 * What {@link Scan} and {@link ReverseScan} do when they meet a packed node: visit its entries in the range. Before each entry they look whether the node has moved; then the scan begins
 * anew at the first index that was not delivered, as everywhere.
 *
 * <p>All indices of a packed node are equal above the shift of the slot it hangs in, so what a visit came to, and where to go on, fit one word:
 *
 * <pre>
 *   went:2 | index below the shift, which is 60 at most
 * </pre>
 *
 * Stateless.
 */
final class PackScan {
    private static final int WENT_AT = 62;

    private PackScan() {}

    /** What it came to: of {@link Visit}. */
    static int went(long outcome) {
        return (int) (outcome >>> WENT_AT);
    }

    /** Where to go on, if it {@link Visit#MOVED}. */
    static long next(long outcome, long index, int shift) {
        long below = ~(-1L << shift);
        return (index & ~below) | (outcome & below);
    }

    private static long outcome(int went, long next, int shift) {
        return (long) went << WENT_AT | (next & ~(-1L << shift));
    }

    static <S> long ascending(Tree tree, Visit<S> visit, long seen, long packed, int shift, long first, long last,
            Sieve sieve, S sink) {
        return ascending(tree, visit, seen, packed, shift, first, last, NodeLayout.PRESENT, sieve, sink);
    }

    static <S> long ascending(Tree tree, Visit<S> visit, long seen, long packed, int shift, long first, long last,
            long bitmap, S sink) {
        return ascending(tree, visit, seen, packed, shift, first, last, bitmap, null, sink);
    }

    private static <S> long ascending(Tree tree, Visit<S> visit, long seen, long packed, int shift, long first,
            long last, long bitmap, @Nullable Sieve sieve, S sink) {
        long pack = tree.requirePacks().pool().addressOf(packed);
        int sizeClass = Packed.sizeClass(packed);
        if (pack == 0) {
            return outcome(Visit.MOVED, first, shift);
        }
        long next = first;
        int from = Packs.position(pack, sizeClass, first);
        long bits = from > Geometry.LAST_SLOT ? 0 : wanted(pack, bitmap, sieve) & -1L << from;
        for (; bits != 0; bits &= bits - 1) {
            int position = Long.numberOfTrailingZeros(bits);
            long key = PackAccess.keyPlain(pack, sizeClass, position);
            if (Long.compareUnsigned(key, last) > 0) {
                break;
            }
            int went = visit(tree, visit, seen, pack, position, key, bitmap, sieve, sink);
            if (went != Visit.NEXT) {
                return outcome(went, next, shift);
            }
            next = key + 1;
            if ((next & ~(-1L << shift)) == 0) {
                return outcome(Visit.NEXT, next, shift); // that was the last index under the slot
            }
        }
        return outcome(steady(tree, seen, pack), next, shift);
    }

    static <S> long descending(Tree tree, Visit<S> visit, long seen, long packed, int shift, long first, long last,
            Sieve sieve, S sink) {
        return descending(tree, visit, seen, packed, shift, first, last, NodeLayout.PRESENT, sieve, sink);
    }

    static <S> long descending(Tree tree, Visit<S> visit, long seen, long packed, int shift, long first, long last,
            long bitmap, S sink) {
        return descending(tree, visit, seen, packed, shift, first, last, bitmap, null, sink);
    }

    private static <S> long descending(Tree tree, Visit<S> visit, long seen, long packed, int shift, long first,
            long last, long bitmap, @Nullable Sieve sieve, S sink) {
        long pack = tree.requirePacks().pool().addressOf(packed);
        int sizeClass = Packed.sizeClass(packed);
        if (pack == 0) {
            return outcome(Visit.MOVED, last, shift);
        }
        long next = last;
        int end = Packs.position(pack, sizeClass, last);
        boolean there = end < PackAccess.keysPlain(pack) && PackAccess.keyPlain(pack, sizeClass, end) == last;
        long upTo = there ? -1L >>> (Geometry.LAST_SLOT - end) : end > Geometry.LAST_SLOT ? -1L : ~(-1L << end);
        long bits = wanted(pack, bitmap, sieve) & upTo;
        while (bits != 0) {
            int position = Geometry.LAST_SLOT - Long.numberOfLeadingZeros(bits);
            bits ^= 1L << position;
            long key = PackAccess.keyPlain(pack, sizeClass, position);
            if (Long.compareUnsigned(key, first) < 0) {
                break;
            }
            int went = visit(tree, visit, seen, pack, position, key, bitmap, sieve, sink);
            if (went != Visit.NEXT) {
                return outcome(went, next, shift);
            }
            if ((key & ~(-1L << shift)) == 0) {
                return outcome(Visit.NEXT, key, shift); // that was the first index under the slot
            }
            next = key - 1;
        }
        return outcome(steady(tree, seen, pack), next, shift);
    }

    private static long wanted(long pack, long bitmap, @Nullable Sieve sieve) {
        long bits = NodeAccess.bitmapAcquire(pack, bitmap);
        return sieve == null ? bits : bits & sieve.wanted(pack);
    }

    /** Visits an entry, unless it has lost the mark meanwhile. */
    private static <S> int visit(Tree tree, Visit<S> visit, long seen, long pack, int position, long key, long bitmap,
            @Nullable Sieve sieve, S sink) {
        int steady = steady(tree, seen, pack);
        if (steady == Visit.NEXT && (wanted(pack, bitmap, sieve) >>> position & 1) == 0) {
            return steady(tree, seen, pack); // passed over only if that was this node's bit
        }
        if (steady != Visit.NEXT) {
            return steady;
        }
        return visit.slot(tree, seen, Place.packed(tree.basePlain(), pack, position), position, key, sink);
    }

    private static int steady(Tree tree, long seen, long pack) {
        boolean moved = PackAccess.movedAcquire(pack);
        return moved || !tree.sequence().unchangedSince(seen) ? Visit.MOVED : Visit.NEXT;
    }
}
