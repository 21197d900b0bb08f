/**
 * The gateway: four modules around one stream of packets.
 *
 * <pre>
 *              submitting thread              parallel workers            one lane, in order
 *            +-------------------------+    +--------------------+    +----------------------+
 *  source -->| copy into a page buffer |    | AES-GCM from page  |    | n+1 after n?  replay |--> capture
 *            | flow -> association     |--->| buffer to page     |--->| window, counters,    |
 *            | next sequence number    |    | buffer             |    | write                |
 *            +-------------------------+    +--------------------+    +----------------------+
 *                 vmap      xarray                 padata                      padata
 *                  ^                                                             |
 *                  +------------- the job and its two buffers, again ------------+
 * </pre>
 *
 * <p>Who owns what. A {@link org.quern.examples.gateway.PacketJob} and its buffers belong to the submitting thread until {@code
 * submit}, then to one worker, then to the serial lane; padata orders these three. Back to the submitting thread they come
 * through {@link org.quern.examples.gateway.Delivery}'s counter: its release store after job n is done with pairs with the
 * submitting thread's acquire load before it fills job n again.
 *
 * <p>Sequence numbers are given by the one submitting thread, hence in input order; the serial lane checks that they come out
 * so. The number of workers therefore cannot change a byte of the output.
 */
@NullMarked
package org.quern.examples.gateway;

import org.jspecify.annotations.NullMarked;
