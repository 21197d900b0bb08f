package org.quern.vmap.pin;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one handle, and outlives it: so a handle that is collected while open can be told of and released.
 * Released once, by {@link #tryRelease}: by the handle's close, or by the thread that watches for collected handles.
 */
public final class PinRecord extends PhantomReference<Object> {
    private static final ReferenceQueue<Object> COLLECTED = new ReferenceQueue<>();
    private static final VarHandle RELEASED;

    static {
        try {
            RELEASED = MethodHandles.lookup().findVarHandle(PinRecord.class, "released", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Started with the first handle of the process. */
    private static final class Watch {
        static {
            Thread.ofPlatform().daemon().name("quern-collected-pins").start(PinRecord::watch);
        }

        static void start() {}
    }

    private final OpenHandles.Stripe stripe;
    private final @Nullable PinUnit unit;
    private final long first;
    private final PinUnit.@Nullable Taken taken;
    private final boolean hold;
    private final boolean longTerm;
    private final String owner;
    private final long since;
    private final @Nullable Throwable site;
    private final @Nullable PinEvent event;
    private final @Nullable Consumer<PinRecord> whenCollected;
    private boolean released; // see RELEASED
    private PinRecord previous = this; // guarded by the stripe
    private PinRecord next = this; // guarded by the stripe

    /** The anchor of a ring. */
    PinRecord(OpenHandles.Stripe stripe) {
        super(stripe, null);
        this.stripe = stripe;
        this.unit = null;
        this.taken = null;
        this.first = 0;
        this.hold = false;
        this.longTerm = false;
        this.owner = "";
        this.since = 0;
        this.site = null;
        this.event = null;
        this.whenCollected = null;
    }

    /**
     * A handle that is open from now on.
     *
     * @param handle what the user has
     * @param handles where it is counted
     * @param unit of which range
     * @param first the first page, counted from the range's
     * @param taken what was taken
     * @param hold whether it is a hold
     * @param longTerm whether for an indefinite time
     * @param owner for the reader
     * @param site where it was made; null if that is not recorded
     * @param event for Flight Recorder; null if nobody wants it
     * @param whenCollected told if the handle is collected while open, after it was marked released
     */
    public PinRecord(Object handle, OpenHandles handles, PinUnit unit, long first, PinUnit.Taken taken, boolean hold,
            boolean longTerm, String owner, @Nullable Throwable site, @Nullable PinEvent event,
            Consumer<PinRecord> whenCollected) {
        super(handle, COLLECTED);
        Watch.start();
        this.stripe = handles.stripe();
        this.unit = unit;
        this.first = first;
        this.taken = taken;
        this.hold = hold;
        this.longTerm = longTerm;
        this.owner = owner;
        this.since = System.nanoTime();
        this.site = site;
        this.event = event;
        this.whenCollected = whenCollected;
        stripe.add(this);
    }

    private static void watch() {
        while (true) {
            try {
                PinRecord record = (PinRecord) COLLECTED.remove();
                if (record.whenCollected != null && record.tryRelease()) {
                    record.whenCollected.accept(record);
                }
            } catch (InterruptedException e) {
                // nobody interrupts this thread for a reason
            } catch (RuntimeException | Error e) {
                System.getLogger("org.quern.vmap").log(System.Logger.Level.ERROR, "releasing a collected handle", e);
            }
        }
    }

    /**
     * Ends the handle.
     *
     * @return true for the one caller who is to give back what was taken
     */
    public boolean tryRelease() {
        return !released && (boolean) RELEASED.compareAndSet(this, false, true); // pairs with itself: one caller wins
    }

    /**
     * Whether the handle was closed.
     *
     * @return true from the first {@link #tryRelease} on
     */
    public boolean isReleased() {
        return (boolean) RELEASED.getAcquire(this); // pairs with tryRelease
    }

    /**
     * Gives back what was taken, and leaves the list of open handles. To be called once, after {@link #tryRelease}.
     *
     * @param dirty for Flight Recorder: whether it was released as written
     * @return whether the range is blocked: somebody may be waiting
     */
    public boolean giveBack(boolean dirty) {
        PinUnit of = unit();
        boolean whole = taken != null && taken.whole();
        if (longTerm) {
            of.endLongTerm(); // before the count drops: who then waits for the count need not ask again
        }
        boolean blocked = hold ? of.unhold(first, count(), whole) : of.unpin(first, count(), whole);
        stripe.remove(this);
        clear();
        if (event != null) {
            event.done(dirty);
        }
        return blocked;
    }

    void linkBefore(PinRecord anchor) {
        previous = anchor.previous;
        next = anchor;
        previous.next = this;
        anchor.previous = this;
    }

    void unlink() {
        previous.next = next;
        next.previous = previous;
    }

    PinRecord next() {
        return next;
    }

    /**
     * The range's counts.
     *
     * @return the unit
     */
    public PinUnit unit() {
        if (unit == null) {
            throw new IllegalStateException("the anchor of a ring");
        }
        return unit;
    }

    /**
     * The first page.
     *
     * @return counted from the range's first
     */
    public long first() {
        return first;
    }

    /**
     * The pages taken.
     *
     * @return 1 or more
     */
    public long count() {
        return taken == null ? 0 : taken.count();
    }

    /**
     * Whether it is a hold.
     *
     * @return false for a pin
     */
    public boolean isHold() {
        return hold;
    }

    /**
     * Whether it is for an indefinite time.
     *
     * @return as asked for
     */
    public boolean isLongTerm() {
        return longTerm;
    }

    /**
     * Whose it is.
     *
     * @return for the reader
     */
    public String owner() {
        return owner;
    }

    /**
     * Where it was made.
     *
     * @return null if that is not recorded
     */
    public @Nullable Throwable site() {
        return site;
    }

    /**
     * How long it has been open.
     *
     * @return ns
     */
    public long ageNanos() {
        return System.nanoTime() - since;
    }
}
