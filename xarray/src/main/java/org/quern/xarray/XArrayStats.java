package org.quern.xarray;

/**
 * What an array holds at one moment.
 *
 * @param height levels of the tree, 0..11; 0 if no index but 0 is present
 * @param nodes nodes of the tree, packed ones included
 * @param nodeBytes their size: 576 bytes each, packed ones 128 to 1,088
 * @param retiredNodes nodes no longer in the tree that wait for readers: 0..86, and in a sparse array as many as 272 packed ones
 * @param maxNodes most nodes the array may have, retired ones included
 */
public record XArrayStats(int height, long nodes, long nodeBytes, int retiredNodes, long maxNodes) {}
