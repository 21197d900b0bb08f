package org.quern.kapi.struct;

/** Which way a member of an argument travels. */
public enum Transfer {
    /** The caller fills it in; the kernel leaves it as it is. */
    IN,
    /** The kernel fills it in, and does not look at what it held. */
    OUT,
    /** Both. */
    INOUT,
    /** Must be zero, for a later version to give it a meaning. */
    RESERVED
}
