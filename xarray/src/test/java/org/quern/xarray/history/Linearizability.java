package org.quern.xarray.history;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides whether calls on one register could have happened one after the other, each at a moment between its invocation and its return (Herlihy and Wing, "Linearizability: a
 * correctness condition for concurrent objects", 1990). Looks for such an order call by call, and remembers which sets of calls with which content led nowhere (Lowe, "Testing
 * for linearizability", 2017). Up to 64 calls.
 */
public final class Linearizability {
    private final List<Call> calls;
    private final Set<State> seen = new HashSet<>();

    private record State(long done, long held) {}

    private Linearizability(List<Call> calls) {
        this.calls = calls;
    }

    /** Whether there is an order, beginning with a content. */
    public static boolean holds(List<Call> calls, long before) {
        if (calls.size() > Long.SIZE) {
            throw new IllegalArgumentException("calls=" + calls.size() + ": at most 64");
        }
        return new Linearizability(calls).search(0, before);
    }

    private boolean search(long done, long held) {
        if (Long.bitCount(done) == calls.size()) {
            return true;
        }
        if (!seen.add(new State(done, held))) {
            return false;
        }
        long firstReturn = Long.MAX_VALUE;
        for (int i = 0; i < calls.size(); i++) {
            if ((done >>> i & 1) == 0) {
                firstReturn = Math.min(firstReturn, calls.get(i).returned());
            }
        }
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            if ((done >>> i & 1) == 0 && call.invoked() < firstReturn) {
                long after = call.after(held);
                if (after != Call.IMPOSSIBLE && search(done | 1L << i, after)) {
                    return true;
                }
            }
        }
        return false;
    }
}
