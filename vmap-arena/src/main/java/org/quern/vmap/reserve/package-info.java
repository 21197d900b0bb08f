/**
 * Layer 1: spans of address space. Knows mappings and guards, nothing of ranges, blocks or who uses them.
 *
 * <pre>
 *            span (what mmap gave, what munmap takes back)
 *   |&lt;--------------------------------------------------------&gt;|
 *   +---------+----------------------------------------+---------+
 *   |  guard  |  body: readable, writable, NORESERVE    |  guard  |
 *   | no access| populated page by page on first touch  | no access|
 *   +---------+----------------------------------------+---------+
 *             ^ base (aligned)                          ^ base + bytes
 * </pre>
 *
 * The body stays mapped, readable and writable from {@code Reservation.open} until the {@code Reservation} object is
 * unreachable. Everything above relies on that one sentence.
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.reserve;
