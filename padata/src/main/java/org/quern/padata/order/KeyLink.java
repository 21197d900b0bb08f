package org.quern.padata.order;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * The place of one item in the queue of its key; see {@link KeyQueue}. Made once for an item and used again for each of
 * its lives.
 */
public final class KeyLink {
    /** The item is not finished, and nobody waits for it. */
    static final int WAITING = 0;
    /** The item is finished, dead or alive. */
    static final int DONE = 1;
    /** The item is not finished, and the drain token is parked here. */
    static final int PARKED = 2;
    /** Stands in {@link #next}: the drain token waits for the next link. */
    static final KeyLink TOKEN = new KeyLink(new Object());

    private static final VarHandle STATE;
    private static final VarHandle NEXT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(KeyLink.class, "state", int.class);
            NEXT = lookup.findVarHandle(KeyLink.class, "next", KeyLink.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Object item;
    @SuppressWarnings("unused") // through STATE
    private int state;
    @SuppressWarnings("unused") // through NEXT
    private @Nullable KeyLink next;

    /**
     * A link of its own.
     *
     * @param item what stands here
     */
    public KeyLink(Object item) {
        this.item = item;
    }

    /**
     * What stands here.
     *
     * @return the item
     */
    public Object item() {
        return item;
    }

    /** Before the link is appended, by its owner. Published by the exchange of the tail. */
    void resetPlain() {
        state = WAITING;
        next = null;
    }

    /** Finishes; true if the token was parked here and is the caller's now. Releases the work; pairs with parkState. */
    boolean finish() {
        return (int) STATE.getAndSet(this, DONE) == PARKED;
    }

    /** Parks the token unless the item is finished. Releases the deliveries so far, or acquires the work: see finish. */
    boolean parkState() {
        return (int) STATE.getAcquire(this) != DONE && STATE.compareAndSet(this, WAITING, PARKED);
    }

    /** Links the successor; true if the token was parked here. Pairs with parkNext, and with nextAcquire. */
    boolean linkNext(KeyLink successor) {
        return NEXT.getAndSet(this, successor) == TOKEN;
    }

    /** Parks the token unless there is a successor. Pairs with linkNext. */
    boolean parkNext() {
        return NEXT.compareAndSet(this, null, TOKEN);
    }

    /** The successor; pairs with linkNext. Only for the token's holder: never {@link #TOKEN} then. */
    @Nullable
    KeyLink nextAcquire() {
        return (KeyLink) NEXT.getAcquire(this);
    }
}
