package org.quern.vmap.snapshot;

import org.quern.kapi.Operation;

/**
 * A run of pages of a snapshot that may have been pinned when they were copied. Whoever has a page pinned may write to it, as a
 * device does, without being seen and without standing still in the last round: its content may be of no one moment.
 *
 * @param offset of the first page, in bytes
 * @param bytes a multiple of the page size
 */
@Operation(threads = Operation.Threads.ANY)
public record PinnedPages(long offset, long bytes) {}
