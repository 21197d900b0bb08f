/**
 * A sparse, concurrent array: a number ({@link org.quern.xarray.LongXArray}) or an object ({@link org.quern.xarray.XArray}) at each index of the
 * unsigned 64-bit range, or nothing. The tree lies off the heap; readers take no lock.
 *
 * <pre>
 *   index 4711 = 1*64^2 + 9*64 + 39                       head: root, shift 12
 *                                                            |
 *   shift 12          [ 0 | 1 | . . . . . . . . . . . . ]  &lt;--+      root: 0..262,143
 *                           |
 *   shift  6          [ . . . . . | 9 | . . . . . . . . ]            4,096..8,191
 *                                   |
 *   shift  0  (leaf)  [ . . . . . . . . . | 39 | . . . . ]           4,672..4,735
 *                                           |
 *                                         value, or the sign of an object in the mirror table
 * </pre>
 *
 * The tree is as high as its highest index needs. Empty nodes go at once; an array with nothing but index 0 has none.
 *
 * <p>Words. <b>Entry</b>: what is at an index. <b>Mark</b>: one of three bits of an entry by which it can be found. <b>Node</b>: 576 bytes, 64 slots.
 * <b>Head</b>: where every walk starts. <b>Recycle</b>: to use the memory of a node that was taken out of the tree again.
 *
 * <p><b>Guarantees</b>
 * <ol>
 * <li>Load, store, erase, insert and compareAndSet are linearizable for each index, and a store is visible to every thread when it returns.
 * <li>Reads never wait for a writer, write nothing and allocate nothing but the answer of nextIndex. They are lock-free: a read starts again only when other operations have completed.
 * <li>A search or iteration does not miss an entry that is there all the time, and delivers it once, ascending. It is no snapshot.
 * <li>Actions in a thread before it stores an object happen-before actions in another after it loads that object.
 * <li>A store, insert, compareAndSet or erase that fails for want of memory has changed nothing.
 * <li>No call, at whatever time, reads or writes memory outside the array's own reservation; close while others read is safe.
 * <li>At most 86 nodes (48 KiB) wait to be recycled.
 * </ol>
 *
 * How: the packages below this one, lowest first, are {@code entry} (words and indices), {@code node} (layout and access), {@code recycle} (the pool, and
 * what protects readers) and {@code tree} (walks and changes). They are not exported.
 */
@org.jspecify.annotations.NullMarked
package org.quern.xarray;
