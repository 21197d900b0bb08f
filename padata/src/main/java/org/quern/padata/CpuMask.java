package org.quern.padata;

import java.util.Arrays;
import java.util.BitSet;

import org.quern.kapi.Operation;
import org.quern.padata.run.Affinity;

/**
 * An immutable set of CPU numbers, with the text form of the kernel's control files.
 * <p>
 * Thread-safe. A value: {@link #equals} compares the sets. Nothing here blocks; the cost is that of the bits up to the
 * highest CPU, and of the objects returned.
 */
@Operation(threads = Operation.Threads.ANY)
public final class CpuMask {
    /** CPU numbers must be below this; far above any system. */
    public static final int MAX_CPUS = 1 << 16;

    private final BitSet cpus;

    private CpuMask(BitSet cpus) {
        this.cpus = cpus;
    }

    /**
     * A mask of the given CPUs.
     *
     * @param cpus CPU numbers, 0 to {@link #MAX_CPUS}-1, in any order, repeated or not; none for the empty mask
     * @return the mask
     * @throws IllegalArgumentException if a number is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static CpuMask of(int... cpus) {
        BitSet bits = new BitSet();
        for (int cpu : cpus) {
            if (cpu < 0 || cpu >= MAX_CPUS) {
                throw new IllegalArgumentException("cpu=" + cpu + ": must be 0.." + (MAX_CPUS - 1));
            }
            bits.set(cpu);
        }
        return new CpuMask(bits);
    }

    /**
     * A mask of the given CPUs.
     *
     * @param cpus CPU numbers below {@link #MAX_CPUS}; copied, and not to be changed by another thread meanwhile
     * @return the mask
     * @throws IllegalArgumentException if a number is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static CpuMask of(BitSet cpus) {
        return of(cpus.stream().toArray());
    }

    /**
     * The CPUs this process may run on now, as sched_getaffinity(2) says; where that call is missing, CPU 0 to
     * {@link Runtime#availableProcessors}-1. Costs the system call; does not fail.
     *
     * @return the mask, not empty
     */
    public static CpuMask available() {
        return of(Affinity.available());
    }

    /**
     * Reads the text form: groups of up to eight hexadecimal digits, separated by commas or white space, the last group
     * holding CPUs 0 to 31, the one before it 32 to 63 and so on. The text ends at the first newline or NUL. Missing
     * groups contribute nothing, so the empty text is the empty mask.
     *
     * @param text the text
     * @param possibleCpus how many CPU numbers there are, 1 to {@link #MAX_CPUS}
     * @return the mask
     * @throws CpuMaskFormatException if the text is malformed or names a CPU of {@code possibleCpus} or above
     * @throws IllegalArgumentException if {@code possibleCpus} is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = {CpuMaskFormatException.class, IllegalArgumentException.class})
    public static CpuMask parse(String text, int possibleCpus) {
        return new CpuMask(CpuMaskText.parse(text, checkPossible(possibleCpus)));
    }

    /**
     * The text form, as the kernel prints it: groups of 32 bits, most significant first, separated by commas, zero
     * padded, ended by a newline.
     *
     * @param possibleCpus how many CPU numbers there are, 1 to {@link #MAX_CPUS}: decides the width
     * @return the text, newline included
     * @throws CpuMaskFormatException if the text would not fit in a page of 4096 bytes, or the mask has a CPU of
     *         {@code possibleCpus} or above
     * @throws IllegalArgumentException if {@code possibleCpus} is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = {CpuMaskFormatException.class, IllegalArgumentException.class})
    public String format(int possibleCpus) {
        return CpuMaskText.format(cpus, checkPossible(possibleCpus));
    }

    /**
     * Whether a CPU is in this mask.
     *
     * @param cpu any number
     * @return true if it is
     */
    public boolean contains(int cpu) {
        return cpu >= 0 && cpus.get(cpu);
    }

    /**
     * Whether all CPUs of another mask are in this one.
     *
     * @param other the other mask
     * @return true if they are
     */
    public boolean containsAll(CpuMask other) {
        return minus(other, this).cpus.isEmpty();
    }

    /**
     * The CPUs that are in both masks.
     *
     * @param other the other mask
     * @return the intersection
     */
    public CpuMask and(CpuMask other) {
        BitSet bits = toBitSet();
        bits.and(other.cpus);
        return new CpuMask(bits);
    }

    /**
     * Whether no CPU is in this mask.
     *
     * @return true if it is empty
     */
    public boolean isEmpty() {
        return cpus.isEmpty();
    }

    /**
     * The number of CPUs in this mask (its weight).
     *
     * @return 0 or more
     */
    public int size() {
        return cpus.cardinality();
    }

    /**
     * The CPUs in ascending order.
     *
     * @return a new array
     */
    public int[] toArray() {
        return cpus.stream().toArray();
    }

    /**
     * The CPUs as a bit set.
     *
     * @return a copy
     */
    public BitSet toBitSet() {
        return (BitSet) cpus.clone();
    }

    private static int checkPossible(int possibleCpus) {
        if (possibleCpus < 1 || possibleCpus > MAX_CPUS) {
            throw new IllegalArgumentException("possibleCpus=" + possibleCpus + ": must be 1.." + MAX_CPUS);
        }
        return possibleCpus;
    }

    private static CpuMask minus(CpuMask from, CpuMask what) {
        BitSet bits = from.toBitSet();
        bits.andNot(what.cpus);
        return new CpuMask(bits);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CpuMask mask && cpus.equals(mask.cpus);
    }

    @Override
    public int hashCode() {
        return cpus.hashCode();
    }

    /** The CPUs in ascending order, as in {@code [0, 1, 5]}. */
    @Override
    public String toString() {
        return Arrays.toString(toArray());
    }
}
