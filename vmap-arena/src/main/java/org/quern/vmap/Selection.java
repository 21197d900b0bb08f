package org.quern.vmap;

import org.quern.kapi.Operation;

/**
 * Which of many things are wanted, by the small set of bits that each of them has: the categories of a page, the marks of
 * a slot. One algebra for every search of the library.
 *
 * <pre>
 *      wanted(c)  =  every required bit is set in c
 *                and every excluded bit is clear in c
 *                and one of the any-of literals holds, if there are any
 *
 *      written and file and not swapped and (present or huge)
 *      = ALL.requiring(WRITTEN | FILE).excluding(SWAPPED).withAnyOf(PRESENT | HUGE)
 * </pre>
 *
 * <p>
 * <b>Kept in one inverted form</b>, that of PAGEMAP_SCAN (ioctl_pagemap_scan(2)): with x = c XOR {@link #inverted}, all of
 * {@link #required} must be set in x, and one of {@link #anyOf} if that is not 0. A third filter for exclusion is not needed:
 * an excluded bit is one that is required after inversion. So a selection goes to the kernel as it stands.
 *
 * <p>
 * <b>Normal form.</b> {@code required} and {@code anyOf} share no bit, {@code anyOf} has none or at least two,
 * {@code inverted} only bits of either. Every selection is brought to it: an any-of that something required fulfils is
 * dropped, a literal that something required rules out is removed, a single one left over is required. Two selections are
 * therefore equal exactly if they select the same things. A selection that could select nothing is refused when it is
 * made: it is a mistake.
 *
 * <p>
 * <b>64 at a time.</b> {@link #select(long[])} takes the transposed form, one word for each bit ("plane"), and answers for
 * 64 things with a few instructions: what a search over bitmaps of marks needs.
 *
 * <p>
 * Immutable. No method but the ones that make selections allocates; {@link #test} costs three instructions.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Selection {
    /** Selects everything. */
    public static final Selection ALL = new Selection(0, 0, 0);

    private final long inverted;
    private final long required;
    private final long anyOf;

    private Selection(long inverted, long required, long anyOf) {
        this.inverted = inverted;
        this.required = required;
        this.anyOf = anyOf;
    }

    /**
     * A selection in the inverted form, brought to normal form.
     *
     * @param inverted bits to look at inverted; those in neither of the others mean nothing
     * @param required bits of which all must be set after inversion
     * @param anyOf bits of which one must be set after inversion; 0 for no such condition
     * @return the selection
     */
    public static Selection of(long inverted, long required, long anyOf) {
        if ((required & anyOf) != 0) {
            return of(inverted, required, 0); // the any-of holds whenever what is required does
        }
        if (Long.bitCount(anyOf) == 1) {
            return of(inverted, required | anyOf, 0);
        }
        return new Selection(inverted & (required | anyOf), required, anyOf);
    }

    /**
     * Demands more: that all these bits are set.
     *
     * @param bits what must be set; 0 changes nothing
     * @return the narrower selection
     * @throws IllegalArgumentException if nothing could be selected then
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public Selection requiring(long bits) {
        return demanding(bits, 0);
    }

    /**
     * Demands more: that all these bits are clear.
     *
     * @param bits what must be clear; 0 changes nothing
     * @return the narrower selection
     * @throws IllegalArgumentException if nothing could be selected then
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public Selection excluding(long bits) {
        return demanding(bits, bits);
    }

    private Selection demanding(long bits, long clear) {
        long contradicted = required & bits & (inverted ^ clear);
        if (contradicted != 0) {
            throw new IllegalArgumentException("bits=0x" + Long.toHexString(bits) + ": 0x"
                    + Long.toHexString(contradicted) + " would be required and excluded at once; nothing could match");
        }
        long decided = anyOf & bits;
        if ((decided & ~(inverted ^ clear)) != 0) { // one of the any-of holds from now on
            return of((inverted & ~bits) | clear, required | bits, 0);
        }
        long left = anyOf & ~bits;
        if (anyOf != 0 && left == 0) {
            throw new IllegalArgumentException(
                    "bits=0x" + Long.toHexString(bits) + ": rules out everything in any-of 0x"
                            + Long.toHexString(anyOf) + "; nothing could match");
        }
        return of((inverted & ~bits) | clear, required | bits, left);
    }

    /**
     * Demands more: that one of these bits at least is set.
     *
     * @param bits of which one must be set; not 0
     * @return the narrower selection
     * @throws IllegalArgumentException if {@code bits} is 0, if nothing could be selected then, or if this selection has an
     *         any-of already: there can be one
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public Selection withAnyOf(long bits) {
        return withAnyOf(bits, 0);
    }

    /**
     * Demands more: that one of some bits is set, or one of others is clear.
     *
     * @param set of which one may be set
     * @param clear of which one may be clear
     * @return the narrower selection
     * @throws IllegalArgumentException if both are 0, if nothing could be selected then, or if this selection has an any-of
     *         already: there can be one
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public Selection withAnyOf(long set, long clear) {
        String named = "set=0x" + Long.toHexString(set) + ", clear=0x" + Long.toHexString(clear) + ": ";
        if ((set | clear) == 0) {
            throw new IllegalArgumentException(named + "must name a bit; none of nothing is ever set");
        }
        if (anyOf != 0) {
            throw new IllegalArgumentException(named + "the selection has an any-of already, 0x"
                    + Long.toHexString(anyOf) + "; there can be one");
        }
        long mustBeSet = required & ~inverted;
        long mustBeClear = required & inverted;
        if ((set & clear) != 0 || (set & mustBeSet) != 0 || (clear & mustBeClear) != 0) {
            return this; // holds already
        }
        long openSet = set & ~mustBeClear;
        long openClear = clear & ~mustBeSet;
        if ((openSet | openClear) == 0) {
            throw new IllegalArgumentException(named + "all of it is ruled out by " + this + "; nothing could match");
        }
        return of(inverted | openClear, required, openSet | openClear);
    }

    /**
     * Whether a thing is selected.
     *
     * @param bits what it has; bits the selection does not speak of are ignored
     * @return true if it is
     */
    public boolean test(long bits) {
        long x = bits ^ inverted;
        return (x & required) == required && (anyOf == 0 || (x & anyOf) != 0);
    }

    /**
     * Which of 64 things are selected.
     *
     * @param planes {@code planes[k]} holds bit k of each of them: bit i for the i-th
     * @return bit i is set if the i-th is selected; where fewer than 64 exist, AND it with those that do
     * @throws IndexOutOfBoundsException if the selection speaks of a bit that has no plane
     */
    @Operation(threads = Operation.Threads.ANY, errors = IndexOutOfBoundsException.class)
    public long select(long... planes) {
        long every = -1;
        for (long rest = required; rest != 0; rest &= rest - 1) {
            every &= literal(rest, planes[Long.numberOfTrailingZeros(rest)]);
        }
        if (anyOf == 0) {
            return every;
        }
        long any = 0;
        for (long rest = anyOf; rest != 0; rest &= rest - 1) {
            any |= literal(rest, planes[Long.numberOfTrailingZeros(rest)]);
        }
        return every & any;
    }

    /**
     * Which of 64 things with three bits are selected: as {@link #select(long[])}, without an array.
     *
     * @param plane0 bit 0 of each
     * @param plane1 bit 1 of each
     * @param plane2 bit 2 of each
     * @return bit i is set if the i-th is selected
     * @throws IndexOutOfBoundsException if the selection speaks of other bits
     */
    @Operation(threads = Operation.Threads.ANY, errors = IndexOutOfBoundsException.class)
    public long select(long plane0, long plane1, long plane2) {
        if ((bits() & ~7) != 0) {
            throw new IndexOutOfBoundsException(this + ": speaks of bits beyond 2");
        }
        long x0 = plane0 ^ -(inverted & 1);
        long x1 = plane1 ^ -(inverted >>> 1 & 1);
        long x2 = plane2 ^ -(inverted >>> 2 & 1);
        long every = (x0 | ~-(required & 1)) & (x1 | ~-(required >>> 1 & 1)) & (x2 | ~-(required >>> 2 & 1));
        long any = (x0 & -(anyOf & 1)) | (x1 & -(anyOf >>> 1 & 1)) | (x2 & -(anyOf >>> 2 & 1));
        return anyOf == 0 ? every : every & any;
    }

    /** A plane as the lowest bit of {@code rest} wants it: inverted or not. */
    private long literal(long rest, long plane) {
        return (inverted & Long.lowestOneBit(rest)) == 0 ? plane : ~plane;
    }

    /**
     * Bits looked at inverted.
     *
     * @return a subset of {@link #bits}
     */
    public long inverted() {
        return inverted;
    }

    /**
     * Bits of which all must be set after inversion.
     *
     * @return the mask
     */
    public long required() {
        return required;
    }

    /**
     * Bits of which one must be set after inversion.
     *
     * @return 0 for no such condition, else two bits or more, none of them required
     */
    public long anyOf() {
        return anyOf;
    }

    /**
     * Every bit that the answer depends on.
     *
     * @return the mask
     */
    public long bits() {
        return required | anyOf;
    }

    /**
     * Whether the other selects exactly the same things.
     *
     * @param other anything
     * @return true if it is a selection that does
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof Selection that && inverted == that.inverted && required == that.required
                && anyOf == that.anyOf;
    }

    @Override
    public int hashCode() {
        return Long.hashCode((inverted * 31 + required) * 31 + anyOf);
    }

    /**
     * The condition, in hexadecimal masks.
     *
     * @return for instance {@code all of 0x6, none of 0x10, any of 0x48}
     */
    @Override
    public String toString() {
        if (bits() == 0) {
            return "everything";
        }
        StringBuilder text = new StringBuilder();
        append(text, "all of ", required & ~inverted);
        append(text, "none of ", required & inverted);
        append(text, "any of ", anyOf & ~inverted);
        append(text, (anyOf & ~inverted) == 0 ? "not all of " : "or not all of ", anyOf & inverted);
        return text.toString();
    }

    private static void append(StringBuilder text, String words, long bits) {
        if (bits != 0) {
            text.append(text.isEmpty() ? "" : words.startsWith("or") ? " " : ", ").append(words).append("0x")
                    .append(Long.toHexString(bits));
        }
    }
}
