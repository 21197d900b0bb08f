/**
 * Commands of ioctl, declared: number, argument and file of each, and the one engine that makes them.
 *
 * <pre>
 *   type, nr, StructSpec --IoctlNumber--&gt; number for this architecture (IoctlAbi)
 *                                        |  compared with the number on record
 *   IoctlCommand ------------------------+
 *        |
 *        v
 *   IoctlCall:  zeroed argument -&gt; members checked -&gt; ioctl(fd, number, argument) -&gt; errno in band
 *                                                        -&gt; answer, where it is defined
 * </pre>
 *
 * Everything but the argument's memory is immutable and thread-safe.
 */
@org.jspecify.annotations.NullMarked
package org.quern.kapi.ioctl;
