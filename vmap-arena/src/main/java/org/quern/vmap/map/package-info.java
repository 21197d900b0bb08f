/**
 * Layer 1, beside {@code reserve}: pages of files at chosen places of the address space.
 *
 * <pre>
 *     memory file      | 0 | 1 | 2 | 3 | 4 | ..                 one page may stand at several places
 *                        |    \    \
 *     span    | guard | page | page | page | .. | guard |       mapped MAP_SHARED | MAP_FIXED inside a span of our own
 * </pre>
 *
 * Nothing here is ever mapped executable, nothing is unmapped while its span is reachable, and every mapping is charged to
 * the process's budget of mappings first.
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.map;
