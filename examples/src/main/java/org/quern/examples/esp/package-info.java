/**
 * ESP in tunnel mode with AES-GCM: RFC 4303 (the packet), RFC 4106 (the cipher), RFC 4301 (associations and selectors).
 *
 * <pre>
 *  before                            [ link ][ inner IP packet ]
 *                                              |
 *  after   [ link ][ outer IP ][ SPI | seq ][ IV ][ inner IP packet | 1 2 3.. | n | next ][ ICV ]
 *                              |--- AAD ---|      |------------ encrypted ---------------|
 *                              |--------------------- authenticated --------------------|
 *
 *  bytes             20 | 40      4     4     8                     0..3        1    1      16
 * </pre>
 *
 * <p>The nonce is salt (4 bytes, from the association) and IV (8 bytes, the sequence number), so under one key no nonce
 * repeats for as long as the sequence number does not: an association stops at 2^32-1 packets. The link header stays in front
 * and only changes the IP version it names; a packet that is encrypted and decrypted again is therefore the same bytes,
 * its TTL included (a bump in the wire, not a router).
 *
 * <p>Left out: extended sequence numbers, UDP encapsulation (RFC 3948), fragments of the outer packet, traffic-flow padding.
 */
@NullMarked
package org.quern.examples.esp;

import org.jspecify.annotations.NullMarked;
