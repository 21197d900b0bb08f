/**
 * Images of tracked memory on disk or on another machine: a base, increments, and what they mean together.
 *
 * <pre>
 *      Snapshotter ------+                    +-- SnapshotStore ---- restore, verify, compact
 *      (files)           |                    |
 *                     ImageWriter         ImageReader
 *                        |                    |
 *      Replicator -------+                    +-- ReplicaReceiver
 *      (a stream)     RecordWriter        RecordReader
 *                             \              /
 *                              ImageHeader, Layout: the format
 * </pre>
 *
 * <h2>The format</h2> Little endian, the same in a file and on a stream.
 *
 * <pre>
 *      header     128 bytes: magic, version, identity, sequence, id, previous id, size, page size, CRC32C
 *      record     32 bytes + 4 for each page (CRC32C of its 4096 bytes) + the pages, perhaps compressed
 *      record     ..                            a later record overrides an earlier one
 *      footer     32 bytes: how many records and pages, CRC32C over the CRCs of all records
 * </pre>
 *
 * <h2>Why a crash loses nothing</h2> A file is written under another name, forced to the disk, renamed, and the directory is
 * forced. So a name that ends in {@code .base} or {@code .increment} is a complete file, and a file that is not complete has
 * a name that ends in {@code .part} and is ignored, reported, and removed by the next snapshot.
 *
 * <h2>Words</h2>
 * <dl>
 * <dt>base</dt>
 * <dd>an image of everything</dd>
 * <dt>increment</dt>
 * <dd>what changed since the snapshot before</dd>
 * <dt>chain</dt>
 * <dd>a base and the increments after it, each naming the one before by its id</dd>
 * <dt>round</dt>
 * <dd>one pass over what changed; all but the last run while others write</dd>
 * <dt>quiesced</dt>
 * <dd>nobody writes; the caller sees to it for the last round</dd>
 * </dl>
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.snapshot;
