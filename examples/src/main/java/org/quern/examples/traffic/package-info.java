/**
 * Where packets come from: a capture, read once or several times, or a generator. Both fill {@link
 * org.quern.examples.traffic.Frame frames} that the caller owns and reuses, in the order of their numbers.
 */
@NullMarked
package org.quern.examples.traffic;

import org.jspecify.annotations.NullMarked;
