package org.quern.kapi.linux;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntToLongFunction;

import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;

/**
 * A file descriptor with an owner. Without one, a thread that closes races with a thread that is about to call: the
 * number may by then be another file. Here a call holds the descriptor, closing only forbids new calls, and the last one
 * out closes the file.
 *
 * <pre>
 *   state:  bit 31 closed | bits 30..0 calls that are being made
 *
 *   use     0.. -&gt; +1, call, -1; the -1 that leaves (closed, 0) closes the file     closed -&gt; IllegalStateException
 *   close   0   -&gt; closed, and closes the file
 *           n   -&gt; closed, n; the last call closes it
 * </pre>
 *
 * Thread-safe. Costs two compare-and-sets for each call. Closing does not wake a thread that blocks in a call; end it
 * first by what it waits for.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Descriptor implements AutoCloseable {
    private static final int CLOSED = Integer.MIN_VALUE;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Descriptor.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("Descriptor.state", e);
        }
    }

    private final int fd;
    @SuppressWarnings("unused") // through STATE
    private volatile int state;

    private Descriptor(int fd) {
        this.fd = fd;
    }

    /**
     * Takes ownership of an open descriptor: nobody else may close it.
     *
     * @param fd the descriptor, 0 or more
     * @return its owner
     * @throws IllegalArgumentException if it is negative
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static Descriptor owning(int fd) {
        if (fd < 0) {
            throw new IllegalArgumentException("fd=" + fd + ": a descriptor is 0 or more");
        }
        return new Descriptor(fd);
    }

    /**
     * Makes a call with the descriptor, which stays open as long as the call takes.
     *
     * @param call what is done with it; must not keep the number
     * @return what the call returned
     * @throws IllegalStateException if the descriptor is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = IllegalStateException.class)
    public long use(IntToLongFunction call) {
        enter();
        try {
            return call.applyAsLong(fd);
        } finally {
            leave();
        }
    }

    private void enter() {
        while (true) {
            int seen = (int) STATE.getAcquire(this); // pairs with the compareAndSet in close: a closed one is not entered
            if (seen < 0) {
                throw new IllegalStateException("fd=" + fd + ": closed");
            }
            if (STATE.compareAndSet(this, seen, seen + 1)) {
                return;
            }
        }
    }

    private void leave() {
        int before = (int) STATE.getAndAdd(this, -1); // pairs with the compareAndSet in close: one of the two sees both
        if (before == CLOSED + 1) {
            Unistd.close(fd);
        }
    }

    /** Forbids new calls, and closes the file now or when the last call is done. Closing twice does nothing. */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = KernelException.class)
    public void close() {
        while (true) {
            int seen = (int) STATE.getAcquire(this); // pairs with the getAndAdd in leave
            if (seen < 0) {
                return;
            }
            if (STATE.compareAndSet(this, seen, seen | CLOSED)) {
                if (seen == 0) {
                    Unistd.close(fd);
                }
                return;
            }
        }
    }

    /**
     * Whether new calls are refused.
     *
     * @return true once {@link #close} was called
     */
    public boolean isClosed() {
        return (int) STATE.getAcquire(this) < 0; // pairs with the compareAndSet in close
    }

    @Override
    public String toString() {
        return "fd " + fd + (isClosed() ? " (closed)" : "");
    }
}
