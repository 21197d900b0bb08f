package org.quern.kapi;

import java.util.function.Predicate;

/**
 * One way a call fails: the errno and the condition. Several entries may share an errno; a {@link KernelException}
 * lists those whose {@code possible} test agrees with the arguments.
 *
 * @param errno the error
 * @param condition when it happens, one phrase
 * @param possible false if the arguments rule the condition out; documentation only where it is always true
 */
public record ErrorEntry(Errno errno, String condition, Predicate<Arguments> possible) {
    /**
     * A condition that cannot be judged from the arguments.
     *
     * @param errno the error
     * @param condition when it happens
     */
    public ErrorEntry(Errno errno, String condition) {
        this(errno, condition, arguments -> true);
    }
}
