/**
 * Runnable examples; each shows one thing and prints what it shows.
 *
 * <ul>
 * <li>{@link org.quern.examples.EspGateway}: all four modules around one stream of packets. Guide: docs/esp-gateway.md.
 * </ul>
 *
 * <pre>
 *   org.quern.examples            the commands
 *       .gateway                  the run: padata jobs, arena buffers, flow table
 *       .report   .traffic        figures and progress;  where packets come from
 *       .esp                      RFC 4303 and RFC 4106
 *       .capture                  pcap and pcapng
 * </pre>
 */
@NullMarked
package org.quern.examples;

import org.jspecify.annotations.NullMarked;
