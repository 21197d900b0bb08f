/**
 * Layer 2, beside {@code .page}: pages that are filled by the program. The descriptor by which an arena talks to the
 * system about faults, and the engine that fills pages with and without it.
 *
 * <p>
 * The rule of this package: <b>no thread waits in a fault for a Java thread to answer it.</b> A Java thread that faults
 * stands still in Java code, a safepoint waits for it, and a handler thread waits for the safepoint; the virtual machine
 * then hangs for ever. So pages are filled by the thread that is about to touch them, before it touches them, and the
 * descriptor is opened in the mode in which a fault is never reported (SIGBUS, WP_ASYNC).
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.fault;
