/**
 * Layer 2: pages. Which runs of pages are free, and how many may be handed out at all.
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.page;
