/**
 * C structures, declared: {@link org.quern.kapi.struct.StructSpec} lays members out as the C compiler does,
 * {@link org.quern.kapi.struct.LayoutLint} refuses a layout that differs between ABIs or holds bytes without a name, and
 * {@link org.quern.kapi.struct.NumberField} reads and writes one member.
 *
 * <pre>
 *   StructSpec --laid out--&gt; offsets, size, alignment --checked--&gt; LayoutLint
 *       |                                                           (natural alignment, no padding, fixed width)
 *       +--allocate--&gt; zeroed memory &lt;--get, set-- NumberField
 * </pre>
 *
 * Everything is immutable and thread-safe; the memory is the caller's. This package depends on nothing else in kapi.
 */
@org.jspecify.annotations.NullMarked
package org.quern.kapi.struct;
