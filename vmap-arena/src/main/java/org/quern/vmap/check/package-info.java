/**
 * Beside layer 3: the checked mode of the size-class allocator. A shadow map of what may be accessed, red zones around
 * blocks, and freed blocks in quarantine. Found is what left a trace: a damaged red zone, a freed block that changed.
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.check;
