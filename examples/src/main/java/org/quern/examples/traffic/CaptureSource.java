package org.quern.examples.traffic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

import org.quern.examples.capture.CaptureReader;

/** A capture, read from front to back as often as asked. */
public final class CaptureSource implements PacketSource {
    private final Path file;
    private final int passes;
    private final long fileBytes;
    private final AtomicLong done = new AtomicLong();
    private CaptureReader reader;
    private int pass;

    /**
     * Opens a capture.
     *
     * @param file pcap or pcapng
     * @param passes how often to read it, at least 1
     * @throws IOException when it cannot be opened or is no capture
     */
    public CaptureSource(Path file, int passes) throws IOException {
        this.file = file;
        this.passes = passes;
        this.reader = CaptureReader.open(file);
        this.fileBytes = Math.max(1, Files.size(file));
    }

    @Override
    public boolean next(Frame frame) throws IOException {
        while (!reader.next()) {
            if (pass + 1 == passes) {
                done.setOpaque(total());
                return false;
            }
            reader.close();
            reader = CaptureReader.open(file);
            pass++;
        }
        // Nothing beyond a frame's capacity can belong to an IP packet, so what is cut here is never missed.
        int bytes = Math.min(reader.capturedBytes(), Frame.CAPACITY_BYTES);
        frame.data().put(0, reader.data(), reader.dataOffset(), bytes);
        frame.describe(reader.linkType(), bytes, reader.timestampNanos(), reader.packetNumber(), reader.packetOffset(),
                pass);
        done.setOpaque(pass * fileBytes + reader.packetOffset());
        return true;
    }

    @Override
    public long total() {
        return passes * fileBytes;
    }

    @Override
    public long done() {
        return done.getOpaque();
    }

    @Override
    public boolean nanoseconds() {
        return reader.nanoseconds();
    }

    @Override
    public String description() {
        return passes == 1 ? file.toString() : file + ", " + passes + " times";
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
