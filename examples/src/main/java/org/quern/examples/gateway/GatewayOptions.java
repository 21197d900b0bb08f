package org.quern.examples.gateway;

import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.quern.examples.esp.SecurityAssociation;
import org.quern.padata.Backpressure;
import org.quern.padata.CpuMask;

/**
 * What a run shall do.
 *
 * @param associations in the order in which they select
 * @param decrypt out of the tunnel instead of into it
 * @param output the capture to write, or null for none
 * @param parallelCpus where to encrypt: workers are bound to these CPUs; null for one unbound worker a CPU
 * @param workers how many parallel workers; 0 for one a CPU
 * @param serialCpu where to deliver; null for wherever the next packet was completed
 * @param whenFull what the submitting thread does while all packets are under way
 * @param ringCapacity how many packets may be under way, 2 to 2^20
 * @param verify whether to decrypt samples again and compare them
 * @param countHeap whether to count what javax.crypto allocates, call by call
 */
public record GatewayOptions(List<SecurityAssociation> associations, boolean decrypt, @Nullable Path output,
        @Nullable CpuMask parallelCpus, int workers, @Nullable Integer serialCpu, Backpressure whenFull,
        int ringCapacity,
        boolean verify, boolean countHeap) {

    /** Packets under way unless asked otherwise: enough to keep two workers busy, few enough for the caches. */
    public static final int DEFAULT_RING = 256;

    /** Copies the list. */
    public GatewayOptions {
        associations = List.copyOf(associations);
    }
}
