package org.quern.padata.run;

import java.lang.invoke.VarHandle;

import org.quern.kapi.linux.Membarrier;

/**
 * The two halves of a full fence between a frequent and a rare side: the frequent one pays nothing, the rare one a system
 * call for both.
 * <pre>
 *     frequent:  release store A;  light();  opaque load B         (a submitter: publish, then "does anybody look?")
 *     rare:      store B;          heavy();  load A                (a worker that leaves: "I look no more", then look)
 * </pre>
 * Guarantee F1: not both loads miss the other side's store. {@link #heavy} is membarrier(2), which makes every other
 * thread of the process pass a full fence; {@link #light} only keeps the compiler from moving the load before the store.
 * It is an acquire fence and the load behind it opaque at least: a full fence alone between a store and an opaque load
 * may be dropped by C2. Where the system call is missing, both are full fences.
 * <p>
 * Cost: light nothing, heavy about 0.4 us and an interruption of each processor that runs a thread of this process.
 */
public final class AsymmetricFence {
    private static final boolean ASYMMETRIC = register();

    private AsymmetricFence() {}

    private static boolean register() {
        return !Boolean.getBoolean("org.quern.padata.symmetricFence")
                && Membarrier.availability(Membarrier.PRIVATE_EXPEDITED).isPresent()
                && Membarrier.tryMembarrier(Membarrier.REGISTER_PRIVATE_EXPEDITED) == 0
                && Membarrier.tryMembarrier(Membarrier.PRIVATE_EXPEDITED) == 0;
    }

    /** Between the frequent side's release store and its load. Pairs with {@link #heavy}. */
    public static void light() {
        if (ASYMMETRIC) {
            VarHandle.acquireFence();
        } else {
            VarHandle.fullFence();
        }
    }

    /** Between the rare side's store and its load. Pairs with {@link #light}. */
    public static void heavy() {
        VarHandle.fullFence();
        if (ASYMMETRIC) {
            int result = Membarrier.tryMembarrier(Membarrier.PRIVATE_EXPEDITED);
            if (result != 0) {
                throw new IllegalStateException("membarrier(PRIVATE_EXPEDITED) failed after it had worked: " + result);
            }
        }
    }

    /**
     * Whether the rare side pays for both.
     *
     * @return false where both sides use full fences
     */
    public static boolean isAsymmetric() {
        return ASYMMETRIC;
    }
}
