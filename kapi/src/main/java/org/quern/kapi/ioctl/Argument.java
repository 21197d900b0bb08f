package org.quern.kapi.ioctl;

import org.quern.kapi.struct.StructSpec;

/**
 * What the third argument of an ioctl is. A command has one of these for good: a pointer loses its ignored bits on some
 * 32-bit ABIs, a number must keep them, so nothing can be both.
 */
public sealed interface Argument {
    /** There is none; the engine passes 0. */
    record Nothing() implements Argument {}

    /**
     * A number.
     *
     * @param text what it means
     */
    record Scalar(String text) implements Argument {}

    /**
     * The address of a structure.
     *
     * @param struct the structure
     */
    record Pointer(StructSpec struct) implements Argument {}
}
