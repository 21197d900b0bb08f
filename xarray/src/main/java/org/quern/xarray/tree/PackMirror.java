package org.quern.xarray.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.node.PackAccess;
import org.quern.xarray.node.PackLayout;

/**
 * The objects of a sparse array's packed nodes: what {@link Mirror} is for leaves, a table for each size class, indexed by the packed node's place in its pool. The same rules hold:
 * the mirror is the truth about content, and goes with its node after the recycle sequence was advanced.
 */
final class PackMirror {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Object[].class);
    /** The smallest packed nodes are 128 bytes apart. */
    private static final int NUMBER_SHIFT = 7;
    private static final Object[][] EMPTY = {};

    private final Packs packs;

    /** Replaced, with all it had, before a link to a packed node that it lacked is published; so Plain is enough for who followed such a link. */
    private final Object[][][] tables = new Object[PackLayout.classes()][][];

    PackMirror(Packs packs) {
        this.packs = packs;
        reset();
    }

    /** The content of an entry; null whatever a racing reader asks for. Pairs with {@link #setRelease}. */
    @Nullable
    Object getAcquire(long place, int position) {
        if (!Place.isPacked(place)) {
            return null;
        }
        Object[] mirror = mirror(place);
        return mirror == null || position >= mirror.length ? null : ELEMENT.getAcquire(mirror, position);
    }

    /** Sets or empties the content of an entry. Called with the lock; pairs with {@link #getAcquire}. */
    void setRelease(long place, int position, @Nullable Object content) {
        ELEMENT.setRelease(mirror(place), position, content);
    }

    private Object @Nullable [] mirror(long place) {
        long pack = packs.address(place);
        int sizeClass = PackAccess.sizeClassPlain(pack);
        Object[][] table = tables[sizeClass];
        long number = Packed.offset(packs.pool().linkTo(pack, sizeClass)) >>> NUMBER_SHIFT;
        return number < table.length ? table[(int) number] : null;
    }

    /** Gives a new packed node its mirror; may throw OutOfMemoryError, and has changed nothing then. */
    void adopt(long packed) {
        int sizeClass = Packed.sizeClass(packed);
        int number = (int) (Packed.offset(packed) >>> NUMBER_SHIFT);
        Object[][] table = tables[sizeClass];
        if (number >= table.length) {
            table = Arrays.copyOf(table, Math.max(number + 1, table.length + (table.length >> 1)));
        }
        table[number] = new Object[PackLayout.capacity(sizeClass)];
        tables[sizeClass] = table;
    }

    /** Called after the sequence was advanced, or for one that was never linked. */
    @SuppressWarnings("NullAway") // an element without mirror is null
    void recycled(long packed) {
        Object[][] table = tables[Packed.sizeClass(packed)];
        int number = (int) (Packed.offset(packed) >>> NUMBER_SHIFT);
        if (number < table.length) {
            table[number] = null;
        }
    }

    /** Lets everything go. Called after the sequence was advanced. */
    void reset() {
        Arrays.fill(tables, EMPTY);
    }
}
