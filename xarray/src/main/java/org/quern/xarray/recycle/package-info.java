/**
 * Where nodes come from and where they go: {@link org.quern.xarray.recycle.NodePool} hands them out, keeps retired ones in quarantine and reuses them only after
 * {@link org.quern.xarray.recycle.RecycleSequence} was advanced, which makes every reader that could still be inside one start again.
 *
 * <pre>
 *   take                   retire                   advance, scrub
 *   pool ------> in use ------------> quarantine --------------------> pool
 *                readers enter        readers may linger               readers that linger see the sequence moved
 * </pre>
 */
@org.jspecify.annotations.NullMarked
package org.quern.xarray.recycle;
