/**
 * Identifiers as bits: pages of 1,024, and a tree over them that knows which are full. Not exported.
 *
 * <p>Words. <b>Page</b>: 1,024 bits, a set one is taken. <b>Branch</b>: 64 pages or branches. <b>Full</b>: without a free bit, so that a search passes over it.
 */
@org.jspecify.annotations.NullMarked
package org.quern.xarray.id;
