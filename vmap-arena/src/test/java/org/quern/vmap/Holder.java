package org.quern.vmap;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;

/** Another thread inside a system call (a read from an empty pipe) that uses a segment. */
final class Holder {
    private final Pipe pipe = Pipe.open();
    private final Thread thread;

    private Holder(MemorySegment segment) throws IOException {
        ByteBuffer buffer = segment.asByteBuffer().limit(1);
        thread = Thread.ofPlatform().start(() -> {
            try {
                pipe.source().read(buffer);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    /** Returns when the thread is inside the call: the segment cannot be ended any more. */
    static Holder of(MemorySegment segment) throws Exception {
        Holder holder = new Holder(segment);
        boolean inside = false;
        while (!inside) {
            Thread.sleep(1);
            for (StackTraceElement frame : holder.thread.getStackTrace()) {
                inside |= frame.getMethodName().equals("read0");
            }
        }
        Thread.sleep(20);
        return holder;
    }

    /** Lets the call return, and waits until it has. */
    void release() throws Exception {
        pipe.sink().write(ByteBuffer.wrap(new byte[1]));
        thread.join();
        pipe.sink().close();
        pipe.source().close();
    }
}
