/**
 * A lazily populated off-heap arena: reserve terabytes, pay for the pages you touch.
 *
 * <h2>Layers</h2>
 *
 * <pre>
 *      VmapArena                                    BlockPool             what you call
 *       |      \                                     |
 *   PageSpace   Scratch                              |                    protocols: lock, order of steps, close
 *       |          |                                 |
 *   .page          |                               .slab                  books on the heap: free runs, leases; blocks
 *       |          |                                 |
 *       +----------+---------------+-----------------+
 *                                  |
 *                              .reserve                                   one span of address space, guards, cleaner
 *                                  |
 *                        org.quern.kapi (mmap, madvise, ..)
 * </pre>
 *
 * <pre>
 *      Arena32, Arena64                    Area, AddressSpace    MirroredRing      what processes share, what is put together
 *             |                                |                      |
 *        SharedPages                           |                      |            protocols: free, acknowledge, drain
 *             |                                |                      |
 *          .share                              |                      |            books in the file, lock, journal, peers
 *             |                                |                      |
 *             +------------- .map -------------+----------------------+            pages of files at chosen places
 *                             |
 *              MemoryFile, .reserve, org.quern.kapi
 * </pre>
 *
 * <h2>The life of a page</h2>
 *
 * <pre>
 *                       allocatePages                 first touch (by the system, zeros)
 *        +--------+  ------------------>  +--------+  ----------------------------------&gt;  +-----------+
 *        |  FREE  |                       | LEASED |                                    | LEASED    |
 *        | absent |                       | absent |  &lt;------------------------------  | populated |
 *        +--------+                       +--------+       decommit                     +-----------+
 *            ^  ^                             |                     or populate               |
 *            |  |                             |  free                                 free    |
 *            |  |   scope closed,             v                                               |
 *            |  |   decommitted         +-----------+                                         |
 *            |  +---------------------- | RELEASING | &lt;---------------------------------------+
 *            |                          +-----------+
 *            |   threshold, flush,            |  if the arena has a quarantine
 *            |   or need                      v
 *            |                         +-------------+
 *            +------------------------ | QUARANTINED |     neither in use nor to be had
 *                                      +-------------+
 * </pre>
 *
 * Blocks of any size come from a {@link org.quern.vmap.SizeClassAllocator}, over {@code .heap} (magazines, depots, slabs, page heap)
 * and {@code .check} (its checked mode), on a reservation of its own.
 *
 * <p>
 * The difference between absent and populated is the system's: no page table of ours is consulted on access.
 *
 * <h2>Lazy areas</h2> Pages of a {@link org.quern.vmap.LazyArea} get their content from a
 * {@link org.quern.vmap.FaultHandler}, in the thread that needs them, before it touches them:
 *
 * <pre>
 *   access:   view (acquire), then state == PRESENT (acquire)?  yes: a slice of the view
 *                                                               no: fill, wait, or be refused; again
 *
 *              claim                 publish
 *   ABSENT  ----------&gt;  FILLING  -------------&gt;  PRESENT
 *    ^ ^ ^                  |  |                     |
 *    | | +------------------+  +------&gt; FAILED       | discard begins
 *    | |   handler failed,     poison     |          v
 *    | |   fill given up                  |      DISCARDING ----&gt; PRESENT   a segment is in use: given up
 *    | +----------------------------------+          |
 *    |           poison lifted (by discard)          |
 *    +-----------------------------------------------+
 *                 memory is gone, no view of it is alive
 * </pre>
 *
 * <h2>Three rules everything rests on</h2>
 * <ol>
 * <li>A reservation is readable and writable as a whole until nobody can reach it; nothing is unmapped or protected under
 * a reader. A touch of anything else would kill the virtual machine.
 * <li>Public access goes through segments with bounds and a scope. {@code free} ends the scope of a range <em>before</em>
 * its pages are discarded or handed on, so a stale segment throws, it does not show zeros or another owner's bytes. Blocks
 * are never handed on as anything else; their segments end with the pool.
 * The blocks of a {@link org.quern.vmap.SizeClassAllocator} are the exception: outside its checked mode a stale segment may show
 * a later owner's bytes.
 * <li>Bookkeeping is on the heap, never beside user data.
 * </ol>
 *
 * <h2>Happens-before</h2>
 * <ul>
 * <li>Actions before {@code giveBack(b)} happen-before actions after the {@code take()} that returns {@code b} again.
 * <li>Actions before {@code free(r)} happen-before actions after the call that hands out a page of {@code r} again.
 * <li>An access through a segment that does not throw happens-before the return of the {@code free} or {@code close} that
 * ends it.
 * </ul>
 *
 * <h2>Locks</h2> The <em>page lock</em> of an arena guards the books of its pages, its <em>lifecycle lock</em> the list of
 * its pools, a pool's <em>latch</em> the books of its blocks. None is held while a caller's code runs.
 *
 * <h2>Null</h2> No parameter may be null: a NullPointerException, and nothing was changed.
 *
 * <h2>Where it runs</h2> Linux, with native access for {@code org.quern.kapi}; elsewhere on what the JDK offers, with less:
 * {@link org.quern.vmap.BackEnd}.
 *
 * <h2>Words</h2>
 * <dl>
 * <dt>reservation</dt>
 * <dd>a span of address space, guarded on both sides</dd>
 * <dt>page</dt>
 * <dd>what the system populates at a time; 4 KiB on most machines</dd>
 * <dt>range</dt>
 * <dd>a run of pages handed out, by name ({@link org.quern.vmap.PageRange}); its <em>generation</em> tells it from later
 * ranges at the same place</dd>
 * <dt>piece</dt>
 * <dd>memory from {@code allocate}, living until close</dd>
 * <dt>block</dt>
 * <dd>one of the equal, type-stable parts of a {@link org.quern.vmap.BlockPool}</dd>
 * <dt>decommit</dt>
 * <dd>give memory back to the system, keep the addresses</dd>
 * </dl>
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap;
