package org.quern.padata;

/**
 * Which serial worker stands for which callback CPU: lane k is the k-th CPU of the serial mask, ascending. Immutable.
 */
final class Lanes {
    private final CpuMask mask;
    private final int[] cpus;
    /** Lane of each CPU number up to the largest in the mask; -1 where it is not in the mask. */
    private final int[] laneOfCpu;

    Lanes(CpuMask serialCpus) {
        mask = serialCpus;
        cpus = serialCpus.toArray();
        laneOfCpu = new int[cpus.length == 0 ? 0 : cpus[cpus.length - 1] + 1];
        java.util.Arrays.fill(laneOfCpu, -1);
        for (int lane = 0; lane < cpus.length; lane++) {
            laneOfCpu[cpus[lane]] = lane;
        }
    }

    CpuMask mask() {
        return mask;
    }

    int count() {
        return cpus.length;
    }

    int cpu(int lane) {
        return cpus[lane];
    }

    /** The lane of a CPU in the mask; for any other number, the one that the modulus falls on. */
    int laneOf(int callbackCpu) {
        if (callbackCpu >= 0 && callbackCpu < laneOfCpu.length && laneOfCpu[callbackCpu] >= 0) {
            return laneOfCpu[callbackCpu];
        }
        return Math.floorMod(callbackCpu, cpus.length);
    }
}
