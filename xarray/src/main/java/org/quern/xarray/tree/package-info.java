/**
 * The tree: {@link org.quern.xarray.tree.Tree} is what readers see, {@link org.quern.xarray.tree.Descent} and {@link org.quern.xarray.tree.Search} are how they walk,
 * {@link org.quern.xarray.tree.Writer} is the only way to change it.
 *
 * <pre>
 *   readers                          one writer at a time
 *   Descent  Search                  Writer ---> Growth, Shrinkage, Marking
 *        \   /                         |              |
 *         Tree  &lt;----------------------+--------------+-----> NodePool (recycle)
 *         head, sequence, root marks, base, link mask, mirror
 * </pre>
 */
@org.jspecify.annotations.NullMarked
package org.quern.xarray.tree;
