/**
 * The arithmetic of range jobs, how their pieces are claimed, and where their helpers run. Not exported.
 */
@org.jspecify.annotations.NullMarked
package org.quern.padata.range;
