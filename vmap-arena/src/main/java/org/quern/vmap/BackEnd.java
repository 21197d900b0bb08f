package org.quern.vmap;

import java.util.EnumSet;
import java.util.Set;

import org.quern.kapi.Availability;
import org.quern.kapi.Operation;
import org.quern.vmap.reserve.Backing;
import org.quern.vmap.reserve.LinuxProbes;
import org.quern.vmap.reserve.Reservation;

/**
 * By which means an arena or a pool gets its memory. Both have the same interface and the same guarantees; what one cannot
 * do is stated by its {@linkplain #capabilities capabilities}.
 *
 * <p>
 * {@link #preferred} is used unless {@link ArenaOptions#on} or the forms of {@link BlockPool} that take a back end say
 * otherwise. The system property {@code quern.vmap.backend} ({@code linux} or {@code portable}) overrides the preference.
 */
@Operation(threads = Operation.Threads.ANY)
public enum BackEnd {
    /** Anonymous memory by the Linux calls. Can do everything that the kernel can. */
    LINUX(Backing.LINUX),
    /**
     * Private mappings of a sparse temporary file by the JDK: works on every system, with less. A reservation is at most
     * about as large as memory.
     */
    PORTABLE(Backing.PORTABLE);

    private final Backing backing;

    BackEnd(Backing backing) {
        this.backing = backing;
    }

    Backing backing() {
        return backing;
    }

    static BackEnd of(Reservation reservation) {
        return reservation.backing() == Backing.LINUX ? LINUX : PORTABLE;
    }

    /**
     * Whether it can be used here. Neither blocks nor faults.
     *
     * @return the verdict, with the reason
     */
    public Availability availability() {
        return backing.availability();
    }

    /**
     * What it can do here. Some of it is tried out by the first call, in less than a millisecond; later calls cost nothing.
     *
     * @return a copy; nothing if it is not available
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO)
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        for (Capability capability : Capability.values()) {
            if (can(capability)) {
                all.add(capability);
            }
        }
        return all;
    }

    /**
     * Whether it can do something here. Costs as {@link #capabilities} does.
     *
     * @param capability what
     * @return whether it can
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO)
    public boolean can(Capability capability) {
        boolean linux = backing == Backing.LINUX;
        return availability().isPresent() && switch (capability) {
            case OVERSIZE, GUARDS, RESIDENCE, LOCKED_PAGES -> linux;
            case RANGE_GUARDS -> linux && LinuxProbes.hasGuards();
            case HUGE_PAGES -> linux && LinuxProbes.hasHugePages();
            case DISCARD -> linux || Backing.unloadingDiscards();
        };
    }

    /**
     * What is used unless somebody asks for another: what the system property {@code quern.vmap.backend} names; without it
     * {@link #LINUX} where that is available, else {@link #PORTABLE}. Neither blocks nor faults.
     *
     * @return the choice; the property is read at each call
     * @throws IllegalArgumentException if the property is neither {@code linux} nor {@code portable}
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static BackEnd preferred() {
        return Backing.preferred() == Backing.LINUX ? LINUX : PORTABLE;
    }
}
