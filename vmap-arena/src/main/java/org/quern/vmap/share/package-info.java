/**
 * The books of an arena that several processes share: which pages are in use, who is looking, who is changing them.
 *
 * <pre>
 *     memory file   | header | peers | log | heads: 16 bytes for each page | pages |
 *                       |        |      |      |
 *                  SharedLock    |      |   the truth: runs of pages in equal state, tiling the arena
 *                                |   the last changes, for peers that catch up
 *                            PeerTable: who is attached, what each has seen
 *
 *     on the heap of each process:  RunBooks, derived from the heads; thrown away and derived again when in doubt
 * </pre>
 *
 * <h2>A change</h2> is made in this order, under the lock:
 * <ol>
 * <li>The books on the heap change. Whatever fails here (memory) leaves the heads as they were; the books are derived anew.
 * <li>The intent is written: the change, and the at most three heads it amounts to; then, as a release, its number.
 * <li>The heads and the log's entry are written; then, as a release, the number of changes.
 * </ol>
 * A process killed in 2 has changed nothing. One killed in 3 has left an intent that is one ahead of the number of changes;
 * who takes the lock next carries it out, as often as needed: writing the same heads again changes nothing.
 *
 * <h2>Who holds the lock</h2> is named in it: process number and start time. A process that waits looks now and then whether
 * the holder still lives; if not, one of those who wait takes its place by a compare-and-set, and completes its change.
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.share;
