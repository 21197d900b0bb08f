/**
 * From a declaration to a call. {@link org.quern.kapi.bind.NativeCall} composes constant method handles once:
 *
 * <pre>
 *   (arguments) -> long
 *      |  checks          each constraint, bound as a constant; void; throws SpecViolationException
 *      |  capture         this thread's errno buffer
 *      v
 *   downcall (capture, arguments) -> raw
 *      |
 *      v
 *   outcome               raw, if the declaration allows it; -errno if raw is -1
 * </pre>
 *
 * No step allocates on success. Nothing is thrown when a class of declarations is initialised: a call that is missing
 * here answers with its {@link org.quern.kapi.Availability}, and so does one whose caller was given no native access.
 */
@org.jspecify.annotations.NullMarked
package org.quern.kapi.bind;
