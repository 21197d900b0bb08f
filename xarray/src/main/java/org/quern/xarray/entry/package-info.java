/**
 * What a 64-bit word in the tree can be, and where an index lives: {@link org.quern.xarray.entry.Entry} is the only place that knows tag bits,
 * {@link org.quern.xarray.entry.Geometry} the only one that shifts. Imports nothing from this module.
 */
@org.jspecify.annotations.NullMarked
package org.quern.xarray.entry;
