/**
 * How threads wait and where they run: {@link org.quern.padata.run.Parker} and {@link org.quern.padata.run.Sleepers} for
 * workers, {@link org.quern.padata.run.Waiters} for submitters and closers, {@link org.quern.padata.run.Affinity} for
 * CPUs. Not exported; knows nothing of jobs.
 */
@org.jspecify.annotations.NullMarked
package org.quern.padata.run;
