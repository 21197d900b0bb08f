/**
 * What pages are and which were written: the kernel's page map, marks set by software, and what only the arena knows.
 *
 * <pre>
 *      PageScanner        WriteTracker                  (in the package above)
 *           |               |       \
 *           |            Collector   \
 *           |            /   |   \    \
 *        ScanEngine ----+    |    ChangedRanges         discards, remaps, what a failure left unknown
 *         /      \        Residency                     which pages have content at all
 *   KernelScan  MarkScan
 *        |
 *   kapi: PAGEMAP_SCAN
 * </pre>
 *
 * Offsets are bytes from the start of the memory concerned; addresses occur in {@code KernelScan}, {@code ClassicPagemap}
 * and {@code FileResidency} only. Nothing here touches the memory itself.
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.track;
