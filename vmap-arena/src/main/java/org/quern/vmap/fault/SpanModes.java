package org.quern.vmap.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.quern.kapi.linux.Userfault;

/**
 * Which pages are registered in which modes, and how often each mode was asked for: two users of one descriptor, filling
 * and tracking, register overlapping spans without knowing of each other, and the kernel's REGISTER <em>replaces</em> the
 * modes of a span. The union that is to stand is computed here.
 *
 * <pre>
 *   fill    [----- MISSING -----]                    asked for
 *   track           [------ WP ------]
 *
 *   0       2       5           9    12              boundaries, and what holds from each to the next
 *   none    M       M|WP        WP   none
 * </pre>
 *
 * Invariants: ascending boundaries; the last entry, and what is before the first, counts nothing; neighbours differ.
 * Not thread-safe. A change costs log n and the entries it covers.
 */
final class SpanModes {
    /** How often each mode is asked for. */
    record Counts(int missing, int wp) {
        static final Counts NONE = new Counts(0, 0);

        int modes() {
            return (missing > 0 ? Userfault.REGISTER_MISSING : 0) | (wp > 0 ? Userfault.REGISTER_WP : 0);
        }

        Counts plus(int modes, int sign) {
            return new Counts(missing + ((modes & Userfault.REGISTER_MISSING) != 0 ? sign : 0),
                    wp + ((modes & Userfault.REGISTER_WP) != 0 ? sign : 0));
        }

        boolean isNegative() {
            return missing < 0 || wp < 0;
        }
    }

    /** A run of pages whose union of modes changes. */
    record Change(long first, long end, int before, int after) {}

    private final TreeMap<Long, Counts> from = new TreeMap<>();

    /** What a page is registered for. */
    int modes(long page) {
        return countsAt(page).modes();
    }

    private Counts countsAt(long page) {
        Map.Entry<Long, Counts> entry = from.floorEntry(page);
        return entry == null ? Counts.NONE : entry.getValue();
    }

    /** Whether any page is registered for any of some modes. */
    boolean any(int modes) {
        return from.values().stream().anyMatch(counts -> (counts.modes() & modes) != 0);
    }

    /** How many mappings the registrations cut a single one into, beyond the first: the places where the union changes. */
    int cuts() {
        int cuts = 0;
        int before = 0;
        for (Counts counts : from.values()) {
            cuts += counts.modes() == before ? 0 : 1;
            before = counts.modes();
        }
        return cuts;
    }

    /**
     * Asks for modes once more ({@code sign} 1) or once less (-1), and says which unions change.
     *
     * @throws IllegalStateException if a mode is given back that was not asked for; nothing is changed
     */
    List<Change> change(long first, long end, int modes, int sign) {
        if (sign < 0) {
            requireAskedFor(first, end, modes);
        }
        split(first);
        split(end);
        List<Change> changes = new ArrayList<>();
        for (Map.Entry<Long, Counts> entry : from.subMap(first, true, end, false).entrySet()) {
            Counts before = entry.getValue();
            Counts after = before.plus(modes, sign);
            entry.setValue(after);
            if (before.modes() != after.modes()) {
                Long next = from.higherKey(entry.getKey());
                add(changes, new Change(entry.getKey(), next == null ? end : next, before.modes(), after.modes()));
            }
        }
        join(first, end);
        return changes;
    }

    private void requireAskedFor(long first, long end, int modes) {
        Counts start = countsAt(first).plus(modes, -1);
        boolean negative = start.isNegative() || from.subMap(first, false, end, false).values().stream()
                .anyMatch(counts -> counts.plus(modes, -1).isNegative());
        if (negative) {
            throw new IllegalStateException(
                    "pages " + first + ".." + (end - 1) + ": not all are registered for modes " + modes);
        }
    }

    private void split(long page) {
        from.putIfAbsent(page, countsAt(page));
    }

    /** Neighbours that change in the same way are one call to the kernel. */
    private static void add(List<Change> changes, Change next) {
        if (!changes.isEmpty()) {
            Change last = changes.getLast();
            if (last.end() == next.first() && last.before() == next.before() && last.after() == next.after()) {
                changes.set(changes.size() - 1, new Change(last.first(), next.end(), last.before(), last.after()));
                return;
            }
        }
        changes.add(next);
    }

    /** Removes boundaries where nothing changes. */
    private void join(long first, long end) {
        Map.Entry<Long, Counts> lower = from.lowerEntry(first);
        Counts before = lower == null ? Counts.NONE : lower.getValue();
        for (var entries = from.subMap(first, true, end, true).entrySet().iterator(); entries.hasNext();) {
            Counts here = entries.next().getValue();
            if (here.equals(before)) {
                entries.remove();
            }
            before = here;
        }
    }
}
