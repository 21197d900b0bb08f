package org.quern.vmap;

import java.util.Set;

import org.quern.kapi.Availability;
import org.quern.kapi.Operation;

/**
 * What a kernel says of its userfaultfd.
 *
 * @param availability whether this process may have a descriptor, and if not why
 * @param features those that this library has names for
 * @param rawFeatures all of them, as bits; unknown ones are kept here and never asked for
 */
@Operation(threads = Operation.Threads.ANY)
public record UserfaultSupport(Availability availability, Set<UserfaultFeature> features, long rawFeatures) {}
