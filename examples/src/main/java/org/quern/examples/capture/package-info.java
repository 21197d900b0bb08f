/**
 * Packet captures: reading and writing classic pcap and pcapng.
 *
 * <pre>
 *   file --> CaptureInput --> PcapReader   --+
 *            (a window of    PcapngReader  --+--> one packet at a time, in place, nothing allocated
 *             the file)
 *
 *   packets --> PcapWriter   --+--> CaptureOutput --> .name.partial --(finish)--> name
 *               PcapngWriter --+                                    --(close)---> nothing
 * </pre>
 *
 * <p>Formats: <a href="https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/">draft-ietf-opsawg-pcap</a> and <a href=
 * "https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/">draft-ietf-opsawg-pcapng</a>. Why not a library: docs/decisions/0040.
 *
 * <p>Nothing in this package is safe for use by several threads at once.
 */
@NullMarked
package org.quern.examples.capture;

import org.jspecify.annotations.NullMarked;
