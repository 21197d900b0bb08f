package org.quern.vmap.track;

import java.lang.ref.Reference;

import org.quern.kapi.linux.Descriptor;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Userfault;
import org.quern.vmap.fault.FaultSupport;

/**
 * Write protection of memory that no arena's descriptor has: a mapped file, a memory file, any native memory. A descriptor of
 * its own, unprivileged, without messages: the kernel lifts the protection by itself, so whoever writes there never waits.
 */
public final class OwnProtection implements WriteProtection {
    private static final long FEATURES = Userfault.FEATURE_WP_ASYNC | Userfault.FEATURE_WP_UNPOPULATED
            | Userfault.FEATURE_PAGEFAULT_FLAG_WP | Userfault.FEATURE_WP_HUGETLBFS_SHMEM;

    private final long base;
    private final long bytes;
    private final Object keepAlive;
    private final Descriptor descriptor;

    private OwnProtection(long base, long bytes, Object keepAlive, int fd) {
        this.base = base;
        this.bytes = bytes;
        this.keepAlive = keepAlive;
        this.descriptor = Descriptor.owning(fd);
    }

    /**
     * A descriptor for a span, not registered yet.
     *
     * @param base address of the first page
     * @param bytes a multiple of the page size
     * @param keepAlive what keeps the span mapped
     * @param support what the kernel has: what {@link #isPossible} asks for
     * @return the protection
     */
    public static OwnProtection of(long base, long bytes, Object keepAlive, FaultSupport support) {
        int fd = Userfault.open(Userfault.USER_MODE_ONLY | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK);
        OwnProtection protection = new OwnProtection(base, bytes, keepAlive, fd);
        Userfault.api(fd, FEATURES & support.features());
        return protection;
    }

    /**
     * Whether this process can protect memory so that the kernel lifts the protection by itself.
     *
     * @param support what the kernel has
     * @return true if it can
     */
    public static boolean isPossible(FaultSupport support) {
        return support.has(Userfault.FEATURE_WP_ASYNC | Userfault.FEATURE_WP_UNPOPULATED);
    }

    @Override
    public void register() {
        try {
            // Safe because registering changes nothing but how the first write to a protected page is resolved, inside the
            // kernel; the span is mapped while keepAlive is reachable (fence below).
            descriptor.use(fd -> Userfault.register(fd, base, bytes, Userfault.REGISTER_WP));
        } finally {
            Reference.reachabilityFence(keepAlive);
        }
    }

    @Override
    public void unregister() {
        descriptor.close(); // ends all registrations
    }
}
