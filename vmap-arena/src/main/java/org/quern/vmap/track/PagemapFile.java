package org.quern.vmap.track;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.quern.vmap.reserve.Reservation;

/**
 * Which pages have content, read from {@code /proc/self/pagemap} (proc_pid_pagemap(5)): eight bytes for each page, bit 63
 * present, bit 62 swapped. For systems before PAGEMAP_SCAN; some 40 times dearer, and it looks at untouched areas page by page.
 */
public final class PagemapFile implements Residency {
    private static final Path FILE = Path.of("/proc/self/pagemap");
    private static final long CONTENT = 0b11L << 62;
    private static final int PAGES_AT_ONCE = 1 << 13;

    private final long base;
    private final ByteBuffer entries = ByteBuffer.allocateDirect(PAGES_AT_ONCE * Long.BYTES)
            .order(ByteOrder.nativeOrder());

    /**
     * Of a span.
     *
     * @param base address of its first page
     */
    public PagemapFile(long base) {
        this.base = base;
    }

    /**
     * Whether this system has the file.
     *
     * @return true if it can be read
     */
    public static boolean isReadable() {
        return Files.isReadable(FILE);
    }

    @Override
    public void list(long from, long to, Regions into) {
        try (FileChannel file = FileChannel.open(FILE, StandardOpenOption.READ)) {
            long at = from;
            while (at < to) {
                long stopped = listSome(file, at, to, into);
                long asked = at + (((long) entries.position() / Long.BYTES) << Reservation.PAGE_SHIFT);
                if (stopped < asked) {
                    into.stop(stopped, false);
                    return;
                }
                at = stopped;
            }
            into.stop(to, true);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE, e);
        }
    }

    private long listSome(FileChannel file, long at, long to, Regions into) throws IOException {
        long pages = Math.min(PAGES_AT_ONCE, (to - at) >>> Reservation.PAGE_SHIFT);
        entries.clear().limit((int) pages * Long.BYTES);
        long position = ((base + at) >>> Reservation.PAGE_SHIFT) * Long.BYTES;
        while (entries.hasRemaining()) {
            if (file.read(entries, position + entries.position()) < 0) {
                throw new IOException("ends at byte " + (position + entries.position()));
            }
        }
        for (int page = 0; page < pages; page++) {
            long start = at + ((long) page << Reservation.PAGE_SHIFT);
            if ((entries.getLong(page * Long.BYTES) & CONTENT) != 0
                    && !into.add(start, start + Reservation.PAGE_BYTES, 0)) {
                return start;
            }
        }
        return at + (pages << Reservation.PAGE_SHIFT);
    }
}
