package org.quern.vmap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.page.Lease;
import org.quern.vmap.pin.OpenHandles;
import org.quern.vmap.pin.PinRecord;
import org.quern.vmap.pin.PinUnit;

/**
 * Where the books of pages meet the counts of pins. All methods are called under the page lock, so a range gets its counts,
 * or is found without, before or after the step of a free that decides.
 *
 * <p>
 * Whoever discards or moves pages passes the gate first: {@link #freeze} before {@code LEASED -> RELEASING}, before a
 * decommit and before huge pages are made. Rejected: a veto at the reservation ({@code DiscardWatch}), because a free has
 * ended the range's segments by then, and a pin promises them.
 */
final class PinGate {
    private static final int SHOWN = 8;

    private final String name;
    private @Nullable OpenHandles handles; // null until something is pinned
    private boolean closing; // no range gets counts any more

    PinGate(String name) {
        this.name = name;
    }

    void handles(OpenHandles open) {
        handles = open;
    }

    /** The counts of a lease, made if it has none; null if it cannot have any at this moment. */
    @Nullable
    PinUnit unitOf(Lease lease, long arena) {
        PinUnit unit = lease.pins();
        if (unit == null && !lease.isDiscarding() && !closing) {
            unit = new PinUnit(arena, lease.firstPage(), lease.pages());
            lease.pins(unit);
        }
        return unit;
    }

    /** Blocks pins of a lease; to be undone by {@link #thaw} or {@link #end}. Throws if it is pinned. */
    void freeze(Lease lease, PageRange range) {
        PinUnit unit = lease.pins();
        if (unit != null && !unit.freeze()) {
            throw new RangeBusyException(name + ": " + range + " is pinned: " + owners(unit), null);
        }
    }

    /** What was frozen may be pinned again; or, if it is to be freed in any case, somebody else may try to free it. */
    static void thaw(Lease lease) {
        PinUnit unit = lease.pins();
        if (unit != null && unit.isDoomed()) {
            unit.putBack();
        } else if (unit != null) {
            unit.unblock();
        }
    }

    /** What was frozen is freed: holds find it gone. */
    static void end(Lease lease) {
        PinUnit unit = lease.pins();
        if (unit != null) {
            unit.die();
        }
    }

    /** Freezes, or else sees to it that the last unpin frees; true if frozen. */
    boolean freezeOrDoom(Lease lease, PageRange range) {
        PinUnit unit = lease.pins();
        if (unit == null || unit.freeze()) {
            return true;
        }
        if (unit.longTermPins() > 0) {
            throw new RangeBusyException(name + ": " + range + " is pinned long-term: " + owners(unit), null);
        }
        unit.doom();
        return unit.takeDoomed(); // the last pin may have gone before it could see that
    }

    static boolean isDoomed(Lease lease) {
        PinUnit unit = lease.pins();
        return unit != null && unit.isDoomed();
    }

    /**
     * Blocks all pins for good, after waiting for those that are open; or changes nothing and throws, naming who has them.
     */
    void close(List<Lease> leases, Condition unpinned, long nanos) {
        List<PinUnit> units = new ArrayList<>();
        for (Lease lease : leases) {
            if (lease.pins() != null) {
                units.add(lease.pins());
            }
        }
        closing = true;
        units.forEach(PinUnit::block);
        boolean quiet = false;
        try {
            quiet = await(units, unpinned, nanos);
        } finally {
            if (!quiet) {
                units.forEach(PinUnit::unblock);
                closing = false;
            }
        }
        if (!quiet) {
            throw new RangeBusyException(name + ": it has pinned pages: " + owners(null), null);
        }
    }

    private static boolean await(List<PinUnit> units, Condition unpinned, long nanos) {
        long left = nanos;
        try {
            while (!units.stream().allMatch(PinUnit::isQuiet)) {
                if (left <= 0 || units.stream().anyMatch(unit -> unit.longTermPins() > 0)) {
                    return false;
                }
                left = unpinned.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String owners(@Nullable PinUnit unit) {
        List<PinRecord> open = handles == null ? List.of() : handles.pins(unit);
        if (open.isEmpty()) {
            return "a pin being taken or released, or 1024 holds of a page";
        }
        StringBuilder text = new StringBuilder();
        for (PinRecord record : open.subList(0, Math.min(SHOWN, open.size()))) {
            text.append(text.isEmpty() ? "" : "; ").append(PinReport.of(record));
        }
        return open.size() > SHOWN
                ? text.append("; and ").append(open.size() - SHOWN).append(" more").toString()
                : text.toString();
    }
}
