/**
 * The whole address space as one segment, for the two modules that lay out memory of their own: {@code org.quern.vmap}
 * and {@code org.quern.xarray}. Exported to nobody else.
 */
@org.jspecify.annotations.NullMarked
package org.quern.kapi.raw;
