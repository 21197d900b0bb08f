/**
 * Layer 3: blocks. Pure bookkeeping on the heap: which block is in use, which comes next, which pages may be populated.
 * Nothing here touches the memory it keeps books of, so nothing a block's owner writes, in bounds or out of them, can
 * damage it.
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.slab;
