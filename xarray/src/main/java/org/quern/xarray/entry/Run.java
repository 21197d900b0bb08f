package org.quern.xarray.entry;

/**
 * Which slots of a node belong to one entry. A node has a bitmap of <i>siblings</i>: bit n says that slot n continues the entry of the slot before it.
 *
 * <pre>
 *   slot       0   1   2   3   4   5   6   7
 *   word       A   A   A   A   B   .   C   C        every slot holds its entry's word
 *   siblings   0   1   1   1   0   0   0   1        runs: A 0..3, B 4, C 6..7
 * </pre>
 *
 * One word describes all entries of a node, so one store changes their extents at one stroke, and one load gives a picture of them that was true.
 *
 * <p>Rejected: words that point to the first slot. A reader that follows one may arrive after the slot there was given to something else; a bitmap beside
 * words that are complete in themselves leaves a load nothing to follow.
 *
 * <p>Stateless; all methods are pure, and give slots 0..63 whatever they are given.
 */
public final class Run {
    private Run() {}

    /**
     * The first slot of the run that a slot belongs to.
     *
     * @param siblings a node's bitmap
     * @param slot 0..63
     * @return 0..slot
     */
    public static int start(long siblings, int slot) {
        long starts = ~siblings & -1L >>> (Geometry.LAST_SLOT - slot);
        return Geometry.LAST_SLOT - Long.numberOfLeadingZeros(starts | 1);
    }

    /**
     * The number of slots from a slot to the end of its run.
     *
     * @param siblings a node's bitmap
     * @param slot 0..63
     * @return 1..64
     */
    public static int length(long siblings, int slot) {
        return 1 + Long.numberOfTrailingZeros(~(siblings >>> slot >>> 1));
    }

    /**
     * Adjacent slots as a bitmap.
     *
     * @param slot the first
     * @param slots how many, 1..64
     * @return bit n for slot n
     */
    public static long mask(int slot, int slots) {
        return -1L >>> (Geometry.SLOTS - slots) << slot;
    }

    /**
     * The order of a run.
     *
     * @param shift the node's shift
     * @param slots the run's length; if it is no power of two the next one counts
     * @return 0..63
     */
    public static int order(int shift, int slots) {
        return shift + Long.SIZE - Long.numberOfLeadingZeros(slots - 1L);
    }

    /**
     * Cuts a run in halves, and the half around a slot again, until it is as short as wanted: the buddies that were cut off are runs of their own.
     *
     * @param slot the run's first slot
     * @param slots its length, a power of two
     * @param target the slot to isolate
     * @param wanted length of the run that it is to be in, a power of two
     * @return the slots where new runs begin
     */
    public static long cuts(int slot, int slots, int target, int wanted) {
        long starts = 0;
        int from = slot;
        for (int half = slots >> 1; half >= wanted; half >>= 1) {
            starts |= 1L << (from + half);
            from += target >= from + half ? half : 0;
        }
        return starts;
    }

    /**
     * Cuts a run into equal pieces.
     *
     * @param slot the run's first slot
     * @param slots its length, a power of two
     * @param wanted length of the pieces, a power of two
     * @return the slots where pieces begin
     */
    public static long pieces(int slot, int slots, int wanted) {
        long starts = 0;
        for (int at = slot; at < slot + slots; at += wanted) {
            starts |= 1L << at;
        }
        return starts;
    }
}
