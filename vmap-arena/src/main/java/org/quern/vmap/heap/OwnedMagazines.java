package org.quern.vmap.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;

import org.jspecify.annotations.Nullable;

/**
 * Magazines and the thread they belong to. The thread is not kept reachable.
 *
 * <p>
 * They can be revoked by any thread: the owner then finds that it is none, as soon as it sees it, and asks the allocator.
 */
public final class OwnedMagazines {
    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(OwnedMagazines.class, "owner", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Magazines magazines;
    private final long id;
    @SuppressWarnings("UnusedVariable") // through OWNER: id, or 0 once revoked
    private long owner;
    private final WeakReference<Thread> thread;

    OwnedMagazines(Magazines magazines, Thread thread) {
        this.magazines = magazines;
        this.id = thread.threadId(); // never used again for another thread
        this.owner = id;
        this.thread = new WeakReference<>(thread);
    }

    /**
     * The stacks.
     *
     * @return for the owner only
     */
    public Magazines magazines() {
        return magazines;
    }

    /**
     * Who may use the magazines. Opaque: it publishes nothing, but a loop sees it change in the end.
     *
     * @return the owner's thread identifier; 0 once revoked
     */
    public long ownerOpaque() {
        return (long) OWNER.getOpaque(this);
    }

    /** Nobody may use the magazines any more, but who drains them. */
    public void revokeOpaque() {
        OWNER.setOpaque(this, 0L);
    }

    /** The thread they were made for, revoked or not. */
    long id() {
        return id;
    }

    /**
     * Whether the owner has ended. What it did happens-before a return of true (JLS 17.4.4: detecting that a thread has
     * ended by isAlive).
     */
    boolean isOrphaned() {
        @Nullable
        Thread t = thread.get();
        return t == null || !t.isAlive();
    }
}
