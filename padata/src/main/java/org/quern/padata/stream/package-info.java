/**
 * Ordered parallel execution in the shapes other libraries expect: a {@link java.util.stream.Gatherer}, a
 * {@link java.util.concurrent.Flow.Processor}, a {@link java.util.concurrent.CompletableFuture}.
 * <pre>
 *   source --&gt; [ shell: parallel phases, any order ] --&gt; results in the order of the source --&gt; downstream
 *                 at most a window of elements is under way; the source waits, helps or is not asked
 * </pre>
 * Everything here uses the public operations of {@link org.quern.padata.Shell} alone.
 */
@org.jspecify.annotations.NullMarked
package org.quern.padata.stream;
