/**
 * padata: ordered pipelines, ours and the peers', over the same work and in the same run, with a serial loop as the
 * limit and one queue hop as the yardstick. The figure to compare is CPU time per job, summed over all threads: wall
 * time favours whoever has more runnable threads on a shared machine.
 */
package org.quern.jmh.padata;
