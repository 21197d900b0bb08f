/**
 * What the arena tells Flight Recorder. Each event is made only while a recording wants it: otherwise the price is one
 * check of a flag, and nothing is allocated. Named {@code org.quern.vmap.*} in recordings.
 */
@org.jspecify.annotations.NullMarked
package org.quern.vmap.event;
