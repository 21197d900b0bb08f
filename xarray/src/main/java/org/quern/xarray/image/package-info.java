/**
 * Images of arrays: {@link org.quern.xarray.image.ImageLayout} says where what lies, {@link org.quern.xarray.image.ImageWriter} makes one of a tree,
 * {@link org.quern.xarray.image.ImageChecker} decides whether bytes are one, before a reader enters them. Not exported.
 */
@org.jspecify.annotations.NullMarked
package org.quern.xarray.image;
