package org.quern.vmap.snapshot;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

import org.quern.kapi.Operation;

/** How the pages of a snapshot are stored. Each record says by itself whether it is compressed. */
@Operation(threads = Operation.Threads.ANY)
public enum Compression {
    /** As they are. */
    NONE,
    /** By {@link Deflater}, fastest level: some 100 MB/s, a third to a half of the size for most data. */
    DEFLATE;

    /** Puts {@code from} into {@code to} in compressed form; false, with {@code to} undefined, if that is not shorter. */
    boolean compress(ByteBuffer from, ByteBuffer to) {
        if (this == NONE) {
            return false;
        }
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            deflater.setInput(from.duplicate());
            deflater.finish();
            deflater.deflate(to);
            return deflater.finished() && to.position() < from.remaining();
        } finally {
            deflater.end();
        }
    }

    /** Fills {@code to} from what {@link #compress} made; false if it was not made by it. */
    static boolean inflate(ByteBuffer from, ByteBuffer to) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(from);
            while (to.hasRemaining()) {
                if (inflater.inflate(to) == 0) {
                    return false;
                }
            }
            return true;
        } catch (DataFormatException e) {
            return false;
        } finally {
            inflater.end();
        }
    }
}
