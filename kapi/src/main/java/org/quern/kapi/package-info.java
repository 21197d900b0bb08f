/**
 * Declarations of native calls. A {@link org.quern.kapi.CallSpec} says everything about one call once; what performs,
 * checks, reports and documents it is derived.
 *
 * <pre>
 *                              CallSpec
 *    identity, linkage, signature, errors, behaviour, structures, prose
 *       |          |            |           |           |           |
 *       v          v            v           v           v           v
 *   downcall    checks       in-band    exception     page        JSON
 *   to the    (SpecViola-    return     (Kernel-    (Reference- (export.
 *   kernel    tionException) -errno     Exception)   Page)       SpecJson)
 *       |          |            |
 *       +----------+------------+
 *                  v
 *   one constant method handle: (arguments) -&gt; long
 * </pre>
 *
 * <h2>How an error comes back</h2> An argument that breaks a rule of the declaration is refused before the call with a
 * {@link org.quern.kapi.SpecViolationException}; the kernel was not asked. A failure of the call comes back in band as
 * -errno and becomes a {@link org.quern.kapi.KernelException} that names call, arguments, errno and the listed conditions
 * that the arguments do not rule out. An errno that the declaration does not list is an
 * {@link org.quern.kapi.UnspecifiedErrnoException}. A call that this system or process does not have answers with an
 * {@link org.quern.kapi.Availability}.
 *
 * <h2>What is refused when</h2> A declaration that is incomplete or contradicts itself is refused when it is built, with the
 * name of the field. Rules that are code are represented by their words, in equality and in files
 * ({@link org.quern.kapi.WordsOnly}). What a call does that its declaration does not say is counted
 * ({@link org.quern.kapi.SpecGaps}).
 *
 * <h2>Packages</h2> {@code struct}: layouts of C structures. {@code bind}: from a declaration to a call. {@code ioctl}:
 * command numbers. {@code linux}: the declared calls. {@code export}: files and comparison. {@link org.quern.kapi.Operation}
 * is the contract of a public Java operation.
 *
 * <h2>Threads and cost</h2> Everything here is immutable and thread-safe. A declared call costs a downcall, the read of
 * this thread's errno buffer when the call failed, and its comparisons; nothing is allocated on success.
 */
@org.jspecify.annotations.NullMarked
package org.quern.kapi;
