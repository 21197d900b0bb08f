package org.quern.vmap.reserve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this kernel can do with the pages of a reservation, tried out once. */
public final class LinuxProbes {
    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

    private LinuxProbes() {}

    /**
     * Whether pages can be made guards (MADV_GUARD_INSTALL, Linux 6.13).
     *
     * @return whether it worked on a page of its own
     */
    public static boolean hasGuards() {
        return Guards.WORK;
    }

    /**
     * Whether huge pages can be had on request: the system's setting is not "never", and it can be asked what is huge.
     *
     * @return whether they can
     */
    public static boolean hasHugePages() {
        return HugePages.ENABLED;
    }

    private static final class Guards {
        static final boolean WORK = tryIt();

        private static boolean tryIt() {
            try {
                Reservation trial = Reservation.open(Backing.LINUX, "probe", Reservation.PAGE_BYTES,
                        Reservation.PAGE_BYTES);
                return trial.guard(0, Reservation.PAGE_BYTES, true);
            } catch (ReservationFailure e) {
                return false;
            }
        }
    }

    private static final class HugePages {
        static final boolean ENABLED = read();

        private static boolean read() {
            try {
                return !Files.readAllLines(HUGE_PAGES).getFirst().contains("[never]");
            } catch (IOException e) {
                return false;
            }
        }
    }
}
