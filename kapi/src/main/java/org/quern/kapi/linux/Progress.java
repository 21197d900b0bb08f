package org.quern.kapi.linux;

import org.quern.kapi.Errno;
import org.quern.kapi.Operation;

/**
 * How far a command of userfaultfd came. The kernel answers twice, by errno and by a member of the argument; this is both.
 *
 * <pre>
 *   errno    done          meaning                                   what to do
 *   0        all           done
 *   EAGAIN   &gt; 0           stopped in the middle                      go on behind done; the next call says why
 *   EAGAIN   0             the mappings are changing                  read the events, try again
 *   other    0             refused, or the first page failed          see the errno
 * </pre>
 *
 * @param done bytes that are done
 * @param errno 0 if all are, else what stopped the command
 */
@Operation(threads = Operation.Threads.ANY)
public record Progress(long done, int errno) {
    /**
     * Whether everything was done.
     *
     * @return true if nothing stopped it
     */
    public boolean isComplete() {
        return errno == 0;
    }

    /**
     * Whether the same call is to be made for the rest: {@link #done} bytes further on.
     *
     * @return true if part was done
     */
    public boolean isPartial() {
        return errno == Errno.EAGAIN.number() && done > 0;
    }

    /**
     * Whether nothing was done because the mappings are changing: somebody must read the events first.
     *
     * @return true if the same call may succeed later
     */
    public boolean isChanging() {
        return errno == Errno.EAGAIN.number() && done == 0;
    }

    /**
     * What stopped it, by name.
     *
     * @return empty if nothing did
     */
    public java.util.Optional<Errno> stoppedBy() {
        return errno == 0 ? java.util.Optional.empty() : java.util.Optional.of(Errno.fromNumber(errno));
    }
}
