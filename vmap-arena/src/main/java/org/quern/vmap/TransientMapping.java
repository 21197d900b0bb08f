package org.quern.vmap;

import java.lang.foreign.MemorySegment;

/**
 * A short-lived mapping of a page list, given back by {@link AddressSpace#unmapTransient} with the same count.
 *
 * @param area the area behind it, reserved for it alone
 * @param segment all of its pages; throws once it was given back
 */
public record TransientMapping(Area area, MemorySegment segment) {}
