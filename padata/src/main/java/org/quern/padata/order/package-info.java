/**
 * The two protocols a ring is made of, without any job: {@link org.quern.padata.order.RingCursors} says who may touch
 * which slot, {@link org.quern.padata.order.DrainWords} says who may serialise. Not exported; each can be read, and
 * broken in a test, alone.
 */
@org.jspecify.annotations.NullMarked
package org.quern.padata.order;
