package org.quern.vmap.fault;

import java.util.Locale;

import org.quern.kapi.Availability;
import org.quern.kapi.linux.Userfault;

/**
 * What this kernel lets this process do about page faults, asked once by a throw-away descriptor.
 *
 * <p>
 * A kernel that has less can be simulated: {@code -Dquern.vmap.userfault.without=WP_ASYNC,MOVE} hides features,
 * {@code -Dquern.vmap.userfault.without=ALL} the descriptor itself. Names are those of {@code linux/userfaultfd.h} without
 * {@code UFFD_FEATURE_}; an unknown name is an IllegalArgumentException at first use.
 *
 * @param availability whether a descriptor is to be had
 * @param features {@code Userfault.FEATURE_} bits, perhaps unknown ones; 0 if there is no descriptor
 */
public record FaultSupport(Availability availability, long features) {
    /** The property that hides features. */
    public static final String WITHOUT = "quern.vmap.userfault.without";

    /** Bit n of the features has name n. */
    static final String[] NAMES = {"PAGEFAULT_FLAG_WP", "EVENT_FORK", "EVENT_REMAP", "EVENT_REMOVE",
            "MISSING_HUGETLBFS", "MISSING_SHMEM", "EVENT_UNMAP", "SIGBUS", "THREAD_ID", "MINOR_HUGETLBFS",
            "MINOR_SHMEM", "EXACT_ADDRESS", "WP_HUGETLBFS_SHMEM", "WP_UNPOPULATED", "POISON", "WP_ASYNC", "MOVE"};

    /**
     * Asks the kernel, by opening a descriptor; some 20 us.
     *
     * @return what it says, less what the property hides
     */
    public static FaultSupport probe() {
        return probe(System.getProperty(WITHOUT, ""));
    }

    static FaultSupport probe(String without) {
        if (without.strip().equalsIgnoreCase("ALL")) {
            return new FaultSupport(new Availability(Availability.State.ABSENT, "hidden by " + WITHOUT), 0);
        }
        Availability here = Userfault.availability();
        return new FaultSupport(here, here.isPresent() ? Userfault.features() & ~bits(without) : 0);
    }

    private static long bits(String names) {
        long bits = 0;
        for (String name : names.split(",", -1)) {
            if (!name.isBlank()) {
                bits |= bit(name.strip().toUpperCase(Locale.ROOT));
            }
        }
        return bits;
    }

    private static long bit(String name) {
        for (int i = 0; i < NAMES.length; i++) {
            if (NAMES[i].equals(name)) {
                return 1L << i;
            }
        }
        throw new IllegalArgumentException(WITHOUT + "=" + name + ": no such feature");
    }

    /**
     * Whether all of some features are there.
     *
     * @param wanted {@code Userfault.FEATURE_} bits
     * @return true if none is missing
     */
    public boolean has(long wanted) {
        return availability.isPresent() && (features & wanted) == wanted;
    }
}
