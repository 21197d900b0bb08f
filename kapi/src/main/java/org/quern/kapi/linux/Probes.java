package org.quern.kapi.linux;

import java.util.function.IntSupplier;

import org.quern.kapi.Availability;
import org.quern.kapi.Errno;

import static org.quern.kapi.Availability.State.ABSENT;
import static org.quern.kapi.Availability.State.NOT_PERMITTED;

/** What a trial call says about availability. The arguments of a trial are known to be right. */
final class Probes {
    private Probes() {}

    /** Opens a descriptor and closes it again. */
    static Availability descriptor(String call, Availability present, IntSupplier opening) {
        int fd = opening.getAsInt();
        if (fd < 0) {
            return refused(call, Errno.fromNumber(fd));
        }
        Unistd.close(fd);
        return present;
    }

    /** A kernel that does not know the call says ENOSYS; one that may not answer says EPERM, or hides behind EACCES. */
    static Availability refused(String call, Errno errno) {
        String answer = call + " answers " + Errno.describe(errno.number());
        return switch (errno) {
            case EPERM, EACCES -> new Availability(NOT_PERMITTED, answer);
            default -> new Availability(ABSENT, answer);
        };
    }
}
