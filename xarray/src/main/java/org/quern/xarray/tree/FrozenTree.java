package org.quern.xarray.tree;

/**
 * A tree of values that lies somewhere in memory, and that nobody changes.
 *
 * @param memory what keeps it mapped while it is reachable
 * @param base address that offsets are added to
 * @param limitBytes what offsets of links are below, a power of two; there is memory for a node behind each
 * @param head the head
 * @param rootMarks bit m: some entry has mark m
 * @param allocating whether there is no mark 0
 * @param spanning whether there are entries that span indices
 */
public record FrozenTree(Object memory, long base, long limitBytes, long head, int rootMarks, boolean allocating,
        boolean spanning) {}
