package org.quern.xarray.id;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A set of identifiers 0..2^63-1 that finds the lowest one that is not in it.
 *
 * <pre>
 *   up to 64 identifiers below 64:  inline  [64 bits]                 no page at all
 *
 *   otherwise:                      root
 *                                    |  Branch, shift 16:  64 * 65,536
 *                                    +-- Branch, shift 10:  64 * 1,024
 *                                    |     +-- Page         1,024 bits
 *                                    |     +-- (absent: all free)
 *                                    |     +-- Page, full: passed over
 *                                    :
 * </pre>
 *
 * <b>Invariants.</b> A branch's full bit is set if and only if the child has no free identifier. No page and no branch is empty. The root is as low as the highest
 * identifier allows. While there is no root, the inline word is the set; while there is one, the word is frozen at what it was when the root came.
 *
 * <p><b>Costs.</b> Taking, freeing and finding read one word for each level: one page for 1,024 identifiers, one level more for each factor of 64, whatever is taken. Dense
 * identifiers cost 0.153 bytes each.
 *
 * <p>Changes are made under the owner's lock. They build what is missing first and publish it with one store; where memory runs out, nothing has changed. {@link #isTaken} and
 * {@link #nextTaken} may run beside them.
 *
 * <p>Rejected: bits in the values of a {@code LongXArray} (63 to a value makes every identifier a division, and taking one needs a load, a store and a mark, each under the
 * lock), and off-heap pages (a million identifiers are a thousand arrays without references, which no collector notices; in return nothing has to be closed, and
 * a reader inside a dropped page is safe without validation).
 */
public final class IdTree {
    /** What a search gives that finds nothing. */
    public static final long NONE = -1;

    private static final int FAN_BITS = 6;
    private static final int LAST_SLOT = Long.SIZE - 1;
    private static final VarHandle INLINE;
    private static final VarHandle ROOT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            INLINE = lookup.findVarHandle(IdTree.class, "inline", long.class);
            ROOT = lookup.findVarHandle(IdTree.class, "root", Root.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * A page or branch, with the bits of an identifier that it takes: one reference, so that readers see both or neither.
     *
     * @param node a page or a branch
     * @param bits 10 for a page, 16 for a branch of pages, and so on
     */
    private record Root(Object node, int bits) {
        boolean covers(long id) {
            return bits > LAST_SLOT || id >>> bits == 0;
        }
    }

    private long inline;
    private @Nullable Root root;
    private long taken;
    private long pages;
    private long branches;
    private final Branch[] path = new Branch[Long.SIZE / FAN_BITS];

    /** An empty set. */
    public IdTree() {}

    private long inlineAcquire() {
        return (long) INLINE.getAcquire(this); // pairs with setInlineRelease
    }

    private void setInlineRelease(long bits) {
        INLINE.setRelease(this, bits); // pairs with inlineAcquire
    }

    private @Nullable Root rootAcquire() {
        return (Root) ROOT.getAcquire(this); // pairs with setRootRelease
    }

    private void setRootRelease(@Nullable Root newRoot) {
        ROOT.setRelease(this, newRoot); // pairs with rootAcquire
    }

    private static int slot(long id, int shift) {
        return (int) (id >>> shift) & LAST_SLOT;
    }

    /**
     * How many there are.
     *
     * @return identifiers in the set
     */
    public long taken() {
        return taken;
    }

    /**
     * How many pages there are.
     *
     * @return pages of 1,024
     */
    public long pages() {
        return pages;
    }

    /**
     * How many branches there are.
     *
     * @return branches of 64 children
     */
    public long branches() {
        return branches;
    }

    /**
     * Whether an identifier is in the set. Safe without the lock.
     *
     * @param id 0..2^63-1
     * @return true if it is
     */
    public boolean isTaken(long id) {
        Root top = rootAcquire();
        if (top == null) {
            return id < Long.SIZE && (inlineAcquire() >>> id & 1) != 0;
        }
        Object node = top.covers(id) ? top.node() : null;
        for (int shift = top.bits() - FAN_BITS; node instanceof Branch branch; shift -= FAN_BITS) {
            node = branch.childAcquire(slot(id, shift));
        }
        return node != null && Page.isTaken((long[]) node, id);
    }

    /**
     * The lowest identifier that is not in the set.
     *
     * @param from where to begin, 0..2^63-1
     * @return it, or {@link #NONE}
     */
    public long nextFree(long from) {
        Root top = root;
        if (top == null) {
            long free = from < Long.SIZE ? ~inline & (-1L << from) : 0;
            return free != 0 ? Long.numberOfTrailingZeros(free) : Math.max(from, Long.SIZE);
        }
        if (!top.covers(from)) {
            return from;
        }
        long free = nextFree(top.node(), top.bits(), from);
        return free != NONE || top.bits() >= LAST_SLOT ? Math.max(free, NONE) : 1L << top.bits();
    }

    /** @param bits of an identifier that the node takes; all above them are as in {@code from} */
    private static long nextFree(Object node, int bits, long from) {
        if (node instanceof long[] page) {
            int place = Page.nextFree(page, from);
            return place < 0 ? NONE : (from & -Page.SIZE) | place;
        }
        Branch branch = (Branch) node;
        int shift = bits - FAN_BITS;
        int slot = slot(from, shift);
        if (!branch.isFull(slot)) {
            Object child = branch.childPlain(slot);
            long free = child == null ? from : nextFree(child, shift, from);
            if (free != NONE) {
                return free;
            }
        }
        int open = branch.nextOpen(slot);
        if (open > LAST_SLOT) {
            return NONE;
        }
        long first = ((from >>> shift & (-1L << FAN_BITS)) | open) << shift;
        Object child = branch.childPlain(open);
        return child == null ? first : nextFree(child, shift, first);
    }

    /**
     * The lowest identifier that is in the set. Safe without the lock: one that is there all the time is not passed over.
     *
     * @param from where to begin, 0..2^63-1
     * @return it, or {@link #NONE}
     */
    public long nextTaken(long from) {
        Root top = rootAcquire();
        if (top == null) {
            long bits = from < Long.SIZE ? inlineAcquire() & (-1L << from) : 0;
            return bits != 0 ? Long.numberOfTrailingZeros(bits) : NONE;
        }
        return top.covers(from) ? nextTaken(top.node(), top.bits(), from) : NONE;
    }

    private static long nextTaken(Object node, int bits, long from) {
        if (node instanceof long[] page) {
            int place = Page.nextTaken(page, from);
            return place < 0 ? NONE : (from & -Page.SIZE) | place;
        }
        Branch branch = (Branch) node;
        int shift = bits - FAN_BITS;
        long start = from;
        for (int slot = slot(from, shift); slot <= LAST_SLOT; slot++) {
            Object child = branch.childAcquire(slot);
            long found = child == null ? NONE : nextTaken(child, shift, start);
            if (found != NONE) {
                return found;
            }
            start = ((start >>> shift) + 1) << shift;
        }
        return NONE;
    }

    /**
     * Adds the lowest identifier of a range that is not in the set.
     *
     * @param min lowest that will do, 0..2^63-1
     * @param max highest that will do
     * @return it, or {@link #NONE}; nothing has changed then
     */
    public long takeLowest(long min, long max) {
        Root top = root;
        return top != null && top.covers(min) ? takeLowestBelow(top, min, max) : takeLowestSlowly(min, max);
    }

    /** One walk, to the first child that is not full, of its first one, and so on. */
    private long takeLowestBelow(Root top, long min, long max) {
        Object node = top.node();
        int shift = top.bits() - FAN_BITS;
        long id = min;
        Branch open = null; // the lowest on the way that stays open when all below it on the way becomes full
        int openShift = shift;
        for (; node instanceof Branch branch; shift -= FAN_BITS) {
            int slot = slot(id, shift);
            int free = branch.firstOpen(slot);
            if (free != slot) {
                id = ((id >>> shift & -1L << FAN_BITS) | free) << shift;
            }
            node = free > LAST_SLOT ? null : branch.childPlain(free);
            if (node == null) { // all are full, or there has to be a new page
                return takeLowestSlowly(min, max);
            }
            if (open == null || branch.isOpenBeside(free)) {
                open = branch;
                openShift = shift;
            }
        }
        long[] page = (long[]) node;
        int place = Page.nextFree(page, id);
        if (place < 0) {
            return takeLowestSlowly(min, max);
        }
        id = (id & -Page.SIZE) | place;
        if (id > max) {
            return NONE;
        }
        Page.take(page, id);
        taken++;
        if (open != null && Page.isFull(page)) {
            filled(open, openShift, id);
        }
        return id;
    }

    private long takeLowestSlowly(long min, long max) {
        long id = nextFree(min);
        if (id == NONE || id > max) {
            return NONE;
        }
        take(id);
        return id;
    }

    /**
     * Adds an identifier that is not in the set.
     *
     * @param id 0..2^63-1
     */
    public void take(long id) {
        Root top = root;
        if (top == null) {
            if (id < Long.SIZE) {
                setInlineRelease(inline | (1L << id));
                taken++;
                return;
            }
            if (inline == 0) {
                start(id);
                return;
            }
            top = leaveInline();
        }
        if (top.covers(id)) {
            takeBelow(top, id);
        } else {
            grow(top, id);
        }
        taken++;
    }

    private void takeBelow(Root top, long id) {
        Object node = top.node();
        Branch open = null; // as above
        int openShift = 0;
        for (int shift = top.bits() - FAN_BITS; node instanceof Branch branch; shift -= FAN_BITS) {
            int slot = slot(id, shift);
            if (open == null || branch.isOpenBeside(slot)) {
                open = branch;
                openShift = shift;
            }
            node = branch.childPlain(slot);
            if (node == null) {
                branch.linkRelease(slot, chain(shift, id));
                return;
            }
        }
        long[] page = (long[]) node;
        Page.take(page, id);
        if (open != null && Page.isFull(page)) {
            filled(open, openShift, id);
        }
    }

    /** The first identifier of all is not a small one: no more is built than it needs. */
    private void start(long id) {
        int bits = Page.BITS;
        while (bits < Long.SIZE - 1 && id >>> bits != 0) {
            bits += FAN_BITS;
        }
        setRootRelease(new Root(chain(bits, id), bits));
        taken++;
    }

    private Root leaveInline() {
        long[] page = Page.create();
        Page.setWord(page, 0, inline);
        Root first = new Root(page, Page.BITS);
        setRootRelease(first);
        pages++;
        return first;
    }

    /** Stacks branches above the root until it covers an identifier, with that identifier in them; everything is there before the one store that publishes it. */
    private void grow(Root old, long id) {
        Root top = old;
        Branch above;
        int added = 0;
        do {
            above = new Branch();
            above.linkRelease(0, top.node());
            if (isFull(top.node())) {
                above.setFull(0);
            }
            top = new Root(above, top.bits() + FAN_BITS);
            added++;
        } while (!top.covers(id));
        int shift = top.bits() - FAN_BITS;
        above.linkRelease(slot(id, shift), chain(shift, id));
        setRootRelease(top);
        branches += added;
    }

    private static boolean isFull(Object node) {
        return node instanceof Branch branch ? branch.isFull() : Page.isFull((long[]) node);
    }

    /** A page with one identifier, and the branches above it up to those that take {@code bits}; counted, not linked. */
    private Object chain(int bits, long id) {
        long[] page = Page.create();
        Page.take(page, id);
        Object node = page;
        int added = 0;
        for (int shift = Page.BITS; shift < bits; shift += FAN_BITS) {
            Branch above = new Branch();
            above.linkRelease(slot(id, shift), node);
            node = above;
            added++;
        }
        pages++;
        branches += added;
        return node;
    }

    /** The page of an identifier has become full, and with it all branches above it, up to below one. */
    private static void filled(Branch open, int openShift, long id) {
        Object node = open;
        for (int shift = openShift; node instanceof Branch branch; shift -= FAN_BITS) {
            branch.setFull(slot(id, shift));
            node = branch.childPlain(slot(id, shift));
        }
    }

    /**
     * Removes an identifier.
     *
     * @param id 0..2^63-1
     * @return false if it was not in the set
     */
    public boolean free(long id) {
        Root top = root;
        if (top == null) {
            if (id >= Long.SIZE || (inline >>> id & 1) == 0) {
                return false;
            }
            setInlineRelease(inline & ~(1L << id));
            taken--;
            return true;
        }
        Object node = top.covers(id) ? top.node() : null;
        for (int shift = top.bits() - FAN_BITS; node instanceof Branch branch; shift -= FAN_BITS) {
            branch.clearFull(slot(id, shift)); // it is not set if the identifier is free
            node = branch.childPlain(slot(id, shift));
        }
        if (node == null || !Page.isTaken((long[]) node, id)) {
            return false;
        }
        long[] page = (long[]) node;
        Page.free(page, id);
        taken--;
        if (Page.isEmptyWithout(page, id)) {
            drop(top, id);
        }
        return true;
    }

    /** The page of an identifier has become empty. */
    private void drop(Root top, long id) {
        pages--;
        int depth = 0;
        Object node = top.node();
        for (int shift = top.bits() - FAN_BITS; node instanceof Branch branch; shift -= FAN_BITS) {
            path[depth++] = branch;
            node = branch.childPlain(slot(id, shift));
        }
        int shift = Page.BITS;
        for (int level = depth - 1; level >= 0; level--, shift += FAN_BITS) {
            path[level].unlinkRelease(slot(id, shift));
            if (!path[level].isEmpty()) {
                lower(top);
                return;
            }
            branches--;
        }
        clear();
    }

    private void lower(Root top) {
        Root low = top;
        while (low.node() instanceof Branch branch && branch.isStem()) {
            Object only = Objects.requireNonNull(branch.childPlain(0), "a stem has a child");
            low = new Root(only, low.bits() - FAN_BITS);
            branches--;
        }
        if (low.bits() != top.bits()) {
            setRootRelease(low);
        }
    }

    /** The highest page or branch, null while the set is inline; for the checker. */
    @Nullable
    Object rootNode() {
        Root top = root;
        return top == null ? null : top.node();
    }

    /** Bits of an identifier that the root takes. */
    int rootBits() {
        Root top = root;
        return top == null ? FAN_BITS : top.bits();
    }

    /** Removes all at one stroke. */
    public void clear() {
        setInlineRelease(0); // before the root goes: who finds no root must not find the bits of long ago
        setRootRelease(null);
        taken = 0;
        pages = 0;
        branches = 0;
    }
}
