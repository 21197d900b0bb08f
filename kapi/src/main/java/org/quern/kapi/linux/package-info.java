/**
 * The declared calls of Linux, one file for each C header: declarations, constants and methods together, so that a call
 * reads like its manual page.
 *
 * <p>
 * Each call comes in two forms. {@code madvise(...)} throws a {@link org.quern.kapi.KernelException} that names call,
 * arguments, errno and meaning; {@code tryMadvise(...)}, where there is one, returns -errno in band, for callers to whom
 * failure is an ordinary outcome. Both throw {@link org.quern.kapi.SpecViolationException} if an argument breaks a rule
 * of the declaration, before the kernel is asked, and {@link org.quern.kapi.CallUnavailableException} where the call
 * does not exist.
 */
@org.jspecify.annotations.NullMarked
package org.quern.kapi.linux;
