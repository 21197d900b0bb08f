/**
 * The counting of pins and holds, and the books of what memory is locked. Knows no memory and no arena.
 *
 * <pre>
 *   PinUnit (a range that was pinned once)      wholePins   |B|  pages pinned as one unit: exact           |
 *     |                                         wholeHolds  |    pages held as one unit                    |
 *     +-- chunks of words, made when needed --  word        |B|  21 bits: pins  | 10 bits: holds, spilling |
 *   OpenHandles                                 every handle that is open, in stripes; who dropped one is found out
 * </pre>
 *
 * B, the sign, is <em>blocked</em>: no pin is added while it is set. Pairs: docs/memory-model/vmap-arena-pins.md.
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.pin;
