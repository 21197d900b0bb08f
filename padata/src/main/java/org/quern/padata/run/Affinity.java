package org.quern.padata.run;

import java.util.BitSet;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Sched;

/** What the system lets us know and decide about CPUs. Where the calls are missing, nothing is pinned and nothing fails. */
public final class Affinity {
    private Affinity() {}

    /**
     * The CPUs this process may run on. Asked for the process's first thread and not for the calling one, which may be
     * pinned.
     *
     * @return the CPUs, never empty
     */
    public static BitSet available() {
        if (Sched.availability().isPresent()) {
            try {
                return Sched.getAffinity((int) ProcessHandle.current().pid());
            } catch (KernelException e) {
                // Not ours to ask, in this container: count instead.
            }
        }
        BitSet cpus = new BitSet();
        cpus.set(0, Runtime.getRuntime().availableProcessors());
        return cpus;
    }

    /**
     * The CPUs the system is configured with, online or not, and those available.
     *
     * @return the CPUs, never empty
     */
    public static BitSet possible() {
        BitSet cpus = available();
        cpus.set(0, Sched.availability().isPresent()
                ? Sched.configuredCpus()
                : Runtime.getRuntime().availableProcessors());
        return cpus;
    }

    /**
     * Binds the calling thread to one CPU.
     *
     * @param cpu the CPU
     * @return true if the kernel agreed
     */
    public static boolean pinCurrentThread(int cpu) {
        BitSet cpus = new BitSet();
        cpus.set(cpu);
        return Sched.availability().isPresent() && Sched.trySetAffinity(0, cpus) == 0;
    }

    /**
     * Runs something on a set of CPUs and gives the calling thread its old CPUs back. Where the kernel does not agree it runs where
     * it is.
     *
     * @param cpus where to run
     * @param task what to run
     */
    public static void on(BitSet cpus, Runnable task) {
        BitSet before = ownCpus();
        if (before == null || Sched.trySetAffinity(0, cpus) != 0) {
            task.run();
            return;
        }
        try {
            task.run();
        } finally {
            Sched.trySetAffinity(0, before);
        }
    }

    /** The CPUs of the calling thread; null if they are not ours to know or to change. */
    private static @Nullable BitSet ownCpus() {
        if (!Sched.availability().isPresent() || Thread.currentThread().isVirtual()) {
            return null; // a virtual thread would bind its carrier
        }
        try {
            return Sched.getAffinity(0);
        } catch (KernelException e) {
            return null;
        }
    }
}
