package org.quern.vmap.reserve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * A private mapping of a sparse temporary file ({@link HoleFile}): what the JDK offers of memory that is populated page by
 * page. What is written stays in this process's memory and never reaches a disk.
 *
 * <pre>
 *   mapped |.. slack to the alignment ..|  64 KiB  |  body, base aligned  |  64 KiB  |
 * </pre>
 *
 * The 64 KiB on both sides are not guards, since the JDK has no means to forbid access: a stray access there does no harm
 * and is not noticed.
 *
 * <p>
 * {@link #discard} uses {@link MemorySegment#unload()}, which makes a private page read as the file's again, a zero, where
 * the system takes it for MADV_DONTNEED (Linux), and only clears the cache elsewhere. Which it is, is tried once
 * ({@link Unloading}); where it keeps the bytes, and where it fails, pages that are not zeros are overwritten with zeros
 * one by one, and their memory stays.
 *
 * <p>
 * Rejected: a shared mapping (what is written reaches the temporary directory, a full disk becomes an error in the middle
 * of a store, nothing can be discarded); {@code Arena.allocate} (writes zeros to all of it at once). Its price: the system
 * counts a private writable mapping against memory, so spans are at most about as large as memory, and the file's empty
 * pages pass through the system's page cache.
 */
final class PortableSpan implements Span {
    /** Sizes from here on were refused before: not asked for again while something smaller would do. */
    private static final AtomicLong REFUSED = new AtomicLong(Long.MAX_VALUE);

    private static final long MARGIN = Reservation.GUARD_BYTES;

    private final Arena scope;
    private final MemorySegment body;
    private final boolean unloadZeroes;

    private PortableSpan(Arena scope, MemorySegment body, boolean unloadZeroes) {
        this.scope = scope;
        this.body = body;
        this.unloadZeroes = unloadZeroes;
    }

    static @Nullable Span attempt(long bytes, long leastBytes, long alignment) throws ReservationFailure {
        return attempt(bytes, leastBytes, alignment, Unloading.ZEROES);
    }

    static @Nullable PortableSpan attempt(long bytes, long leastBytes, long alignment, boolean unloadZeroes)
            throws ReservationFailure {
        // A refusal is dear (the JDK collects garbage and waits before it gives up), so it is remembered. The memory of
        // it publishes nothing else and may be stale.
        if (bytes >= REFUSED.get() && bytes >>> 1 >= leastBytes) {
            return null;
        }
        Arena scope = Arena.ofShared();
        MemorySegment body = null;
        try {
            MemorySegment all = HoleFile.map(bytes + 2 * MARGIN + alignment, scope);
            long skip = (-(all.address() + MARGIN) & (alignment - 1)) + MARGIN;
            body = all.asSlice(skip, bytes);
            return new PortableSpan(scope, body, unloadZeroes);
        } catch (IOException e) {
            if (e.getCause() instanceof OutOfMemoryError || isTooLarge(e)) {
                REFUSED.accumulateAndGet(bytes, Math::min);
                return null;
            }
            throw new ReservationFailure("cannot map a sparse temporary file of " + bytes + " bytes in "
                    + System.getProperty("java.io.tmpdir"), e);
        } finally {
            if (body == null) {
                scope.close();
            }
        }
    }

    /** A file system has a largest file, and says so in its own words; whatever it says, a smaller file may do. */
    private static boolean isTooLarge(IOException e) {
        return !(e instanceof java.nio.file.FileSystemException);
    }

    @Override
    public long base() {
        return body.address();
    }

    @Override
    public long bytes() {
        return body.byteSize();
    }

    @Override
    public void discard(long offset, long length) {
        MemorySegment part = body.asSlice(offset, length);
        if (unloadZeroes) {
            try {
                part.unload();
                return;
            } catch (UncheckedIOException e) {
                // Locked pages, for one: they stay, and are made zeros below.
            }
        }
        zero(part);
    }

    /** Only what is not zeros is written, so that pages nobody touched are not populated by it. */
    private static void zero(MemorySegment part) {
        MemorySegment zeros = MemorySegment.ofArray(new byte[(int) Reservation.PAGE_BYTES]);
        for (long at = 0; at < part.byteSize(); at += Reservation.PAGE_BYTES) {
            MemorySegment page = part.asSlice(at, Reservation.PAGE_BYTES);
            if (page.mismatch(zeros) >= 0) {
                page.fill((byte) 0);
            }
        }
    }

    @Override
    public long populate(long offset, long length) {
        return Touch.pages(body.address() + offset, length);
    }

    @Override
    public boolean collapse(long offset, long length) {
        return false;
    }

    @Override
    public boolean guard(long offset, long length, boolean wanted) {
        return false;
    }

    @Override
    public boolean adviseHugePages(long offset, long length, boolean wanted) {
        return false;
    }

    @Override
    public Runnable release() {
        return scope::close; // the span is unreachable: nobody is inside an access
    }
}
