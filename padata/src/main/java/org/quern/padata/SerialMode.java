package org.quern.padata;

/** Who runs the serial phase. */
public enum SerialMode {
    /** The worker that completes the head of the ring, inline: one lane, total order, the lowest cost. */
    INLINE,
    /** The serial worker of the job's callback CPU. Needs {@link PadataOptions#serialCpus}. */
    ON_CALLBACK_CPU
}
