package org.quern.padata.order;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * The ordered queue of one key, bounded, without sequence numbers: a list that many append to, and one <em>drain
 * token</em> whose holder takes from its front, and only what is finished. It lives as long as the key has items.
 * <pre>
 *      head (token's holder)                    tail (appenders, by exchange)
 *        |                                        |
 *     [ done ]--&gt;[ done ]--&gt;[ waiting ]--&gt;[ done ]     states: see {@link KeyLink}
 *                                ^
 *                                the token parks here; whoever finishes this item has it then
 *
 *     [ stub ]--&gt; TOKEN        nothing left: the token waits for the next appender, or the queue is retired
 * </pre>
 * The stub keeps the list from being empty: it is appended behind the last item before that is handed out, so that an
 * item that was handed out is never touched again and may be used again at once.
 * <ul>
 * <li>K1 The token is held by one thread (or stands with its queue in one list of queues), or is parked in one word: the
 * state of the head's link while that is not finished, or the successor of the head's link while that is not there.
 * <li>K2 No item is orphaned: whoever finishes the head, or appends behind it, and whoever drains meet in that word by
 * read-modify-write; one of the two has the token then.
 * <li>K3 A queue is retired by its token's holder, by compare-and-set of the count from 0, after the last delivery has
 * returned. Who finds it retired makes another one: deliveries of the old one happened before.
 * </ul>
 * Happens-before: work - finish - drain by acquire or by the exchange that finds the token; delivery - parking - exchange
 * - next delivery. Cost of an item in a busy queue: two exchanges to append, one to finish, two additions to count.
 * Rejected: a lock for each key (a thread that loses its processor stops the key and, in a hash map's bin, others), and a
 * ring for each key (1 KB and more, where this is 64 bytes).
 */
public final class KeyQueue {
    /** What became of an attempt to enter. */
    public enum Entry {
        /** There is room, and it is the caller's: it must append. */
        ENTERED,
        /** The key has as many items as it may. */
        FULL,
        /** This queue is no longer that of its key. */
        RETIRED
    }

    private static final int GONE = Integer.MIN_VALUE;
    private static final VarHandle COUNT;
    private static final VarHandle TAIL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            COUNT = lookup.findVarHandle(KeyQueue.class, "count", int.class);
            TAIL = lookup.findVarHandle(KeyQueue.class, "tail", KeyLink.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Object key;
    private final KeyLink stub = new KeyLink(this);
    private volatile int count;
    @SuppressWarnings("unused") // through TAIL
    private KeyLink tail = stub;
    private KeyLink head = stub; // these three: the token's holder only, handed on with it
    private @Nullable KeyLink successor;
    private boolean stubQueued = true;

    /**
     * Empty, the token waiting for the first item.
     *
     * @param key whose queue this is
     */
    public KeyQueue(Object key) {
        this.key = key;
        stub.parkNext();
    }

    /**
     * Whose queue this is.
     *
     * @return the key
     */
    public Object key() {
        return key;
    }

    /**
     * Reserves room for one item.
     *
     * @param limit how many items the key may have
     * @return whether there was room
     */
    public Entry tryEnter(int limit) {
        for (;;) {
            int seen = count;
            if (seen < 0) {
                return Entry.RETIRED;
            }
            if (seen >= limit) {
                return Entry.FULL;
            }
            if (COUNT.compareAndSet(this, seen, seen + 1)) { // pairs with retire: K3
                return Entry.ENTERED;
            }
        }
    }

    /** Gives room back: of an item that is handed out, or was not appended after all. */
    public void leave() {
        COUNT.getAndAdd(this, -1);
    }

    /**
     * Appends an item for which room was reserved.
     *
     * @param link its link
     * @return true if the caller has the drain token now
     */
    public boolean append(KeyLink link) {
        link.resetPlain();
        KeyLink last = (KeyLink) TAIL.getAndSet(this, link); // publishes the link to the next appender
        return last.linkNext(link);
    }

    /**
     * Finishes an item. The caller does not touch it afterwards.
     *
     * @param link its link
     * @return true if the caller has the drain token now
     */
    public boolean finish(KeyLink link) {
        return link.finish();
    }

    /**
     * Looks at the head; parks the token, or retires the queue, if there is nothing to hand out. Only for the token's
     * holder.
     *
     * @return true if {@link #take} may follow; false if the caller has the token no more
     */
    public boolean readyOrPark() {
        while (head == stub) { // identity: links are not values
            KeyLink first = stub.nextAcquire();
            if (first == null) {
                if (COUNT.compareAndSet(this, 0, GONE) || stub.parkNext()) {
                    return false;
                }
            } else {
                stubQueued = false;
                head = first;
            }
        }
        if (head.parkState()) {
            return false;
        }
        return hasSuccessorOrPark();
    }

    /** The head is done; it can be let go when its link is not needed any more. */
    private boolean hasSuccessorOrPark() {
        KeyLink current = head;
        KeyLink next = current.nextAcquire();
        if (next == null && !stubQueued) {
            stubQueued = true;
            append(stub); // never finds the token: it is here
            next = current.nextAcquire();
        }
        if (next == null) {
            if (current.parkNext()) {
                return false; // an appender stands between the tail and this link: it has the token when it comes
            }
            next = current.nextAcquire();
        }
        successor = next;
        return true;
    }

    /**
     * Hands the head out. Only after {@link #readyOrPark} has said so.
     *
     * @return its item
     */
    public Object take() {
        KeyLink taken = head;
        KeyLink next = successor;
        if (next == null) {
            throw new IllegalStateException("take without readyOrPark");
        }
        head = next;
        successor = null;
        return taken.item();
    }

    /**
     * Whether the queue is done with.
     *
     * @return true if it never takes an item again
     */
    public boolean isRetired() {
        return count < 0;
    }

    /**
     * Items entered and not handed out. A snapshot.
     *
     * @return how many
     */
    public int size() {
        return Math.max(0, count);
    }
}
