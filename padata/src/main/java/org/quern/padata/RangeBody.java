package org.quern.padata;

import org.quern.kapi.Operation;

/** What is done with each piece of a range. */
@FunctionalInterface
public interface RangeBody {
    /**
     * Handles one piece. Called from several threads at once, for disjoint pieces. May run range jobs of its own.
     *
     * @param start first unit
     * @param end end, exclusive; more than {@code start}
     * @throws Exception to end the job: no further piece is begun, and {@link RangeRunner#run} throws
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = Exception.class)
    void run(long start, long end) throws Exception;
}
