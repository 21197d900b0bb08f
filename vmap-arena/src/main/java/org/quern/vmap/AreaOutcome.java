package org.quern.vmap;

import org.quern.kapi.Operation;

/**
 * What became of mapping or unmapping pages in an {@link Area}. If it is not DONE nothing was changed.
 *
 * @param kind what happened
 * @param detail the values, in a sentence
 */
public record AreaOutcome(Kind kind, String detail) {
    /** The kinds, in the order in which they are checked; the error number is the kernel's for the same answer. */
    public enum Kind {
        /** All pages are mapped, or unmapped. */
        DONE,
        /** The area resets permissions, has no guard, or is not sparse (EINVAL). */
        WRONG_AREA,
        /** More pages than the machine has memory (E2BIG). */
        TOO_MANY_PAGES,
        /** Not within the area's usable pages (ERANGE). */
        OUT_OF_RANGE,
        /** A place is populated already (EBUSY). */
        OCCUPIED,
        /** The list has no page for a place (ENOMEM). */
        NO_PAGE,
        /** The list names a page that the file does not have, or the file is closed or was cut (EINVAL). */
        INVALID_PAGE,
        /** A system call of another thread uses a segment of the area (EBUSY). */
        IN_USE,
        /** The process holds as many mappings as the library allows itself (ENOMEM). */
        MAPPINGS_SPENT,
        /** The system refused; what had been mapped by then was unmapped. */
        REFUSED
    }

    /**
     * Whether all was done.
     *
     * @return true if the kind is DONE
     */
    @Operation(threads = Operation.Threads.ANY)
    public boolean isDone() {
        return kind == Kind.DONE;
    }
}
