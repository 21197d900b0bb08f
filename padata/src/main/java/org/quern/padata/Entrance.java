package org.quern.padata;

/** How jobs get into a ring: one by one from anywhere, or as the jobs that stand in its slots. */
interface Entrance {
    /** See {@link Shell#submit(Job, int)}. */
    Submission submit(Job job, int callbackCpu);

    /** See {@link Shell#submitAll}. */
    int submitAll(Job[] jobs, int from, int count, int callbackCpu);

    /** Jobs that can be in flight. */
    int capacity();

    /** Numbers that were given out and not used. */
    long voids();

    /** Takes over what shell and instance say now. Called by whoever changed that, before his heavy fence. */
    void setGate();
}
