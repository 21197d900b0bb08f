/**
 * Padata among Agrona's agents. Needs Agrona on the class or module path, which the library itself does not bring along;
 * uses only the part of it that runs without any flag.
 */
@org.jspecify.annotations.NullMarked
package org.quern.padata.agrona;
