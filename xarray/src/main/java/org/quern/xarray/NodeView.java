package org.quern.xarray;

/**
 * A node as a {@link NodeListener} sees it, at one moment.
 *
 * @param baseIndex first index the node covers
 * @param shift it covers 2^(shift+6) indices, 2^shift for each of 64 slots: 0 for a leaf, 6, .. 60
 * @param count slots that are not empty, 0..64; 0 says that the node is about to go
 * @param valueCount slots that hold values, 0..{@code count}; 0 in an {@link XArray}
 */
public record NodeView(long baseIndex, int shift, int count, int valueCount) {}
