package org.quern.vmap;

import org.quern.kapi.Operation;
import org.quern.kapi.linux.Descriptor;

/**
 * What a {@link UserfaultDescriptor} reports. One message for each thread that faults, not for each page; reading it wakes
 * nobody. A woken thread touches the page again, and if that is still not right there is another message.
 */
@Operation(threads = Operation.Threads.ANY)
public sealed interface UserfaultMessage {
    /** What kind of fault. */
    enum Kind {
        /** The page is missing. */
        MISSING,
        /** The page is protected, and the access was a write. */
        WRITE_PROTECTED,
        /** The file has the page. */
        MINOR
    }

    /**
     * A thread waits for a page.
     *
     * @param address where its access went; the page's, unless EXACT_ADDRESS is on
     * @param kind what is the matter
     * @param write whether the access was a write
     * @param threadId as the system counts them, if THREAD_ID is on; else 0
     */
    record PageFault(long address, Kind kind, boolean write, int threadId) implements UserfaultMessage {}

    /**
     * The process forked.
     *
     * @param child the descriptor of the child's memory; to be closed
     */
    record Forked(Descriptor child) implements UserfaultMessage {}

    /**
     * Memory was moved by mremap(2).
     *
     * @param from its old place
     * @param to its new place
     * @param length bytes
     */
    record Remapped(long from, long to, long length) implements UserfaultMessage {}

    /**
     * Memory was emptied and is still registered: answer later faults with zeros.
     *
     * @param start where it begins
     * @param end where it ends, exclusive
     */
    record Removed(long start, long end) implements UserfaultMessage {}

    /**
     * Memory is gone.
     *
     * @param start where it began
     * @param end where it ended, exclusive
     */
    record Unmapped(long start, long end) implements UserfaultMessage {}

    /**
     * An event that this library has no name for.
     *
     * @param event its number
     */
    record Unknown(int event) implements UserfaultMessage {}
}
