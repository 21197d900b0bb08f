package org.quern.vmap;

import org.quern.kapi.Availability;
import org.quern.kapi.Operation;
import org.quern.vmap.fault.FaultSupport;
import org.quern.vmap.track.KernelScan;
import org.quern.vmap.track.OwnProtection;

/** How a {@link WriteTracker} learns of writes. The answers are the same; what the writers must do differs. */
@Operation(threads = Operation.Threads.ANY)
public enum TrackingMode {
    /**
     * The kernel notices: pages are write-protected, the first write to each lifts the protection inside the kernel, and the
     * page map tells. Writers do nothing. Linux 6.7 or later, no privilege. The first write to a page in an epoch costs about
     * 1 us, later ones nothing.
     */
    KERNEL,
    /**
     * Writers say so: after each write they call {@link WriteTracker#mark} or write by {@link WriteTracker#write}. Works
     * everywhere; a mark costs 0.3 ns. A write without a mark is not seen.
     */
    SOFTWARE;

    /**
     * Whether it can be used here. Asks the system for a descriptor, some 20 us.
     *
     * @return the verdict, with the reason
     */
    public Availability availability() {
        if (this == SOFTWARE) {
            return new Availability(Availability.State.PRESENT, "needs nothing");
        }
        if (!KernelScan.availability().isPresent()) {
            return KernelScan.availability();
        }
        FaultSupport support = FaultSupport.probe();
        if (!support.availability().isPresent() || OwnProtection.isPossible(support)) {
            return support.availability();
        }
        return new Availability(Availability.State.ABSENT, "userfaultfd here has no asynchronous write protection");
    }

    /**
     * The better one that can be used here.
     *
     * @return {@link #KERNEL} where it is available
     */
    public static TrackingMode preferred() {
        return KERNEL.availability().isPresent() ? KERNEL : SOFTWARE;
    }
}
