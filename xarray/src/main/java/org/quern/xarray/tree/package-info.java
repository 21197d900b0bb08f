/**
 * The tree: {@link org.quern.xarray.tree.Tree} is what readers see, {@link org.quern.xarray.tree.Descent} and {@link org.quern.xarray.tree.Search} are how they walk,
 * {@link org.quern.xarray.tree.Writer} changes it; {@link org.quern.xarray.tree.LeafWriter} what concerns no more than a leaf.
 *
 * <pre>
 *   readers                            writers: one, or several inside leaves
 *   LeafMap  Descent  Search           LeafWriter, SharedLeafWriter      slots and header of a leaf
 *        \     |     /                      | refused
 *         \    |    /                       v
 *            Tree  &lt;------------------- Writer ---> Growth, Shrinkage, Marking ---> NodePool (recycle)
 *            head, known leaves, sequence, root marks, base, link mask, mirror
 * </pre>
 */
@org.jspecify.annotations.NullMarked
package org.quern.xarray.tree;
