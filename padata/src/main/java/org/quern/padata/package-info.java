/** See the guide. */
@org.jspecify.annotations.NullMarked
package org.quern.padata;
