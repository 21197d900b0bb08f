package org.quern.examples.traffic;

import java.io.Closeable;
import java.io.IOException;

/** Packets in a fixed order. Used by one thread, except {@link #total} and {@link #done}, which any thread may call. */
public sealed interface PacketSource extends Closeable permits CaptureSource, SyntheticTraffic {

    /**
     * Puts the next packet into a frame.
     *
     * @param frame overwritten
     * @return false when there is none; the frame then holds nothing
     * @throws IOException when the source cannot be read; the message says where
     */
    boolean next(Frame frame) throws IOException;

    /**
     * How much there is in all, for a progress bar.
     *
     * @return units of {@link #done}, more than 0
     */
    long total();

    /**
     * How much was delivered; may lag a little.
     *
     * @return 0 to {@link #total}
     */
    long done();

    /**
     * Whether timestamps may be finer than a microsecond.
     *
     * @return what a classic pcap written from this source must be able to hold
     */
    boolean nanoseconds();

    /**
     * What the packets are, for the summary.
     *
     * @return a file name or a description
     */
    String description();
}
