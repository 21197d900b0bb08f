package org.quern.examples.gateway;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

import org.quern.examples.traffic.Frame;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.PageRange;
import org.quern.vmap.VmapArena;

/**
 * Page buffers for packets: each is long enough for the longest packet there can be, and only the pages that packets have
 * touched take memory. A gateway whose packets have 1,500 bytes lives on the first page of each buffer, without having to know
 * beforehand how long its packets will be.
 */
final class PacketBuffers implements AutoCloseable {
    private static final long PAGE_BYTES = 4096;

    private final VmapArena arena;

    PacketBuffers(int buffers) {
        long bytes = (long) buffers * Frame.CAPACITY_BYTES;
        arena = VmapArena.open(ArenaOptions.reserving(bytes + bytes / 4).named("packets"));
    }

    // snippet: buffers
    /** A buffer of its own pages; none of them exists before it is written to. */
    ByteBuffer take() {
        PageRange pages = arena.allocatePages(Frame.CAPACITY_BYTES / PAGE_BYTES);
        return arena.segment(pages).asByteBuffer();
    }
    // end: buffers

    /** Bytes of memory behind the buffers; an upper bound where the system does not tell. */
    long residentBytes() {
        try {
            return arena.measureResidentBytes();
        } catch (UncheckedIOException e) {
            return arena.stats().residentBytes();
        }
    }

    /** Bytes of address space. */
    long reservedBytes() {
        return arena.stats().reservedBytes();
    }

    @Override
    public void close() {
        arena.close();
    }
}
