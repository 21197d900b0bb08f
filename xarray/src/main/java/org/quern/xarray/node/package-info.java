/**
 * The off-heap node: {@link org.quern.xarray.node.NodeLayout} says where its fields are, {@link org.quern.xarray.node.NodeAccess} is the only file that
 * touches its memory, with the memory order in each method's name. Knows {@code entry} and nothing above it.
 */
@org.jspecify.annotations.NullMarked
package org.quern.xarray.node;
