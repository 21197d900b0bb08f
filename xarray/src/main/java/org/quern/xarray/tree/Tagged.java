package org.quern.xarray.tree;

/**
 * An object with a tag other than 0, as it lies in the mirror: one reference, so that both are read and changed as one. Never leaves this module.
 *
 * @param object the object
 * @param tag 1..3
 */
public record Tagged(Object object, int tag) {
    /** Highest tag. */
    public static final int MAX_TAG = 3;
}
