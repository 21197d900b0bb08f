package org.quern.padata;

import org.quern.kapi.Operation;

/** Which of an instance's two masks. The numbers are the original's. */
@Operation(threads = Operation.Threads.ANY)
public enum MaskKind {
    /** The CPUs whose serial workers run serial phases: type 1. */
    SERIAL("serial_cpumask", 1),
    /** The CPUs of the parallel workers: type 2. */
    PARALLEL("parallel_cpumask", 2);

    private final String fileName;
    private final int number;

    MaskKind(String fileName, int number) {
        this.fileName = fileName;
        this.number = number;
    }

    /**
     * The name of the control file that shows and sets this mask.
     *
     * @return the name
     */
    public String fileName() {
        return fileName;
    }

    /**
     * The number of this kind.
     *
     * @return 1 or 2
     */
    public int number() {
        return number;
    }
}
