/** Declared native calls. */
@org.jspecify.annotations.NullMarked
package org.quern.kapi;
