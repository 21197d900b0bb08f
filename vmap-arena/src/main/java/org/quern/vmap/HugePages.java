package org.quern.vmap;

/**
 * What came of asking for huge pages.
 *
 * @param rangeBytes the range's size
 * @param eligibleBytes how much of it lies in whole, aligned pieces of 2 MiB: only those can be huge
 * @param advised whether the system took the advice, so that later touches may populate 2 MiB at once
 * @param obtainedBytes how much is in huge pages now, measured; 0 where that cannot be measured
 */
public record HugePages(long rangeBytes, long eligibleBytes, boolean advised, long obtainedBytes) {}
