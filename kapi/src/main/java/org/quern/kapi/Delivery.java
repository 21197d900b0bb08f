package org.quern.kapi;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * At which moment a signal and a call meet, and in what order several do.
 *
 * @param timing the moment
 * @param points where in the call, one phrase each; empty if anywhere
 * @param priority 0 is dealt with first
 * @param interruptible whether it interrupts the call
 * @param queueing what happens to several
 * @param required states the process must be in; empty if any
 * @param forbidden states the process must not be in
 */
public record Delivery(Timing timing, List<String> points, int priority, boolean interruptible, Queueing queueing,
        Set<ProcessState> required, Set<ProcessState> forbidden) {
    /** Moments. */
    public enum Timing {
        /** When the call begins. */
        ENTRY,
        /** While it runs. */
        DURING,
        /** When it ends. */
        EXIT,
        /** Whenever. */
        ANYTIME,
        /** While the call waits for something. */
        WHILE_BLOCKED,
        /** While the thread sleeps. */
        WHILE_SLEEPING,
        /** Before the call. */
        BEFORE,
        /** After the call. */
        AFTER
    }

    /** What happens to several signals of one kind. */
    public enum Queueing {
        /** One is remembered. */
        STANDARD,
        /** All are remembered, in order. */
        REALTIME,
        /** They are merged. */
        COALESCE,
        /** The last one wins. */
        REPLACE,
        /** All but the first are dropped. */
        DISCARD
    }

    /** States of a process. */
    public enum ProcessState {
        /** Running or ready. */
        RUNNING,
        /** Waiting. */
        SLEEPING,
        /** Stopped by a signal. */
        STOPPED,
        /** Stopped by a debugger. */
        TRACED,
        /** Ended, not waited for. */
        ZOMBIE,
        /** Gone. */
        DEAD
    }

    /**
     * Checks and copies.
     *
     * @param timing the moment
     * @param points where in the call
     * @param priority 0 is dealt with first
     * @param interruptible whether it interrupts the call
     * @param queueing what happens to several
     * @param required states the process must be in
     * @param forbidden states the process must not be in
     * @throws IllegalArgumentException if the priority is negative, or a state is both required and forbidden
     */
    public Delivery {
        points = List.copyOf(points);
        points.forEach(point -> Words.required("delivery.points", point));
        required = required.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(required));
        forbidden = forbidden.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(forbidden));
        if (priority < 0) {
            throw new IllegalArgumentException("delivery.priority=" + priority + ": must be 0 or more");
        }
        if (!Collections.disjoint(required, forbidden)) {
            throw new IllegalArgumentException(
                    "delivery.forbidden=" + forbidden + ": also required, " + required);
        }
    }

    /**
     * At any moment, without interrupting the call.
     *
     * @return the delivery
     */
    public static Delivery anytime() {
        return new Delivery(Timing.ANYTIME, List.of(), 0, false, Queueing.STANDARD, Set.of(), Set.of());
    }

    /**
     * While the call runs, interrupting it, first of all signals, in a running process.
     *
     * @param points where in the call; none if anywhere
     * @return the delivery
     */
    public static Delivery interrupting(String... points) {
        return new Delivery(Timing.DURING, List.of(points), 0, true, Queueing.STANDARD, Set.of(ProcessState.RUNNING),
                Set.of());
    }
}
