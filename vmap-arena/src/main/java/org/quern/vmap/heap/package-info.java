/**
 * Layer 3: the size-class heap. From a caller inwards:
 *
 * <pre>
 *   Magazines        a thread's own: one stack of block offsets for each class; no atomics
 *      |  half a stack at a time
 *   ClassDepot       one for each class, under its latch: half stacks in transit, then the slabs' bitmaps
 *      |  a slab at a time
 *   PageHeap         one for each region, under its latch: free runs of pages, which of them hold memory, purging
 *      |
 *   Reservation      the address space; decommit
 *
 *   BlockMap         beside them all: for each block in use a byte, at its start, that says its class
 * </pre>
 *
 * Everything but {@link org.quern.vmap.heap.BlockMap} is on the heap, and the map is a reservation of its own, behind guards:
 * nothing lies in or beside the blocks.
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.heap;
