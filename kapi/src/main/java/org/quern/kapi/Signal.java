package org.quern.kapi;

import java.util.Optional;

/**
 * How a signal and the call meet. Source: signal(7).
 *
 * @param which a signal or a group of signals by name, for instance {@code SIGBUS} or {@code fatal}
 * @param number of the signal; 0 for a group
 * @param direction whether the call receives it, sends it or what else
 * @param action what happens
 * @param target to whom, if it is sent; may be empty
 * @param condition when; empty if always
 * @param text a remark; may be empty
 * @param delivery at which moment, in what order
 * @param handling what becomes of the call and of the signal
 */
public record Signal(String which, int number, Direction direction, Action action, String target, String condition,
        String text, Delivery delivery, SignalHandling handling) {
    /** Which way a signal goes. */
    public enum Direction {
        /** It arrives while the call runs. */
        RECEIVE,
        /** The call sends it. */
        SEND,
        /** The call handles it itself. */
        HANDLE,
        /** The call holds it back. */
        BLOCK,
        /** The call drops it. */
        IGNORE
    }

    /** What happens. */
    public enum Action {
        /** What the signal does by default. */
        DEFAULT,
        /** The process ends. */
        TERMINATE,
        /** The process ends with a core file. */
        COREDUMP,
        /** The process stops. */
        STOP,
        /** The process goes on. */
        CONTINUE,
        /** Something else. */
        CUSTOM,
        /** The call returns early. */
        RETURN,
        /** The call starts again by itself. */
        RESTART,
        /** The signal waits in a queue. */
        QUEUE,
        /** The signal is thrown away. */
        DISCARD,
        /** The signal becomes another one. */
        TRANSFORM
    }

    /**
     * Checks.
     *
     * @param which a signal or a group of signals by name
     * @param number of the signal; 0 for a group
     * @param direction whether the call receives it, sends it or what else
     * @param action what happens
     * @param target to whom, if it is sent
     * @param condition when
     * @param text a remark
     * @param delivery at which moment, in what order
     * @param handling what becomes of the call and of the signal
     * @throws IllegalArgumentException if the name is missing, the number is none, a signal is sent to nobody or becomes
     *         none, or something else is contradictory
     */
    public Signal {
        Words.required("signal.which", which);
        if (number < 0 || number > 64) {
            throw new IllegalArgumentException("signal.number=" + number + ": " + which + " must have 0..64");
        }
        if (direction == Direction.SEND) {
            Words.required("signal.target", target);
        }
        if ((action == Action.TRANSFORM) == handling.becomes().isEmpty()) {
            throw new IllegalArgumentException("signal.becomes='" + handling.becomes() + "': " + which + " has action "
                    + action + "; exactly a TRANSFORM becomes another signal");
        }
        if (handling.error().isPresent() && action != Action.RETURN) {
            throw new IllegalArgumentException("signal.error=" + handling.error().get() + ": " + which + " has action "
                    + action + "; only a call that RETURNs reports an error");
        }
        if (handling.restartable() && !delivery.interruptible()) {
            throw new IllegalArgumentException(
                    "signal.restartable=true: " + which + " does not interrupt the call in the first place");
        }
    }

    /**
     * A signal that makes the call return early with an error.
     *
     * @param which by name
     * @param error what the call then reports
     * @return the signal, arriving while the call runs
     */
    public static Signal interrupts(String which, Errno error) {
        return new Signal(which, 0, Direction.RECEIVE, Action.RETURN, "", "", "", Delivery.interrupting(),
                new SignalHandling(false, java.util.Set.of(), java.util.Set.of(), Optional.of(error), ""));
    }

    /**
     * A signal that arrives and does something else.
     *
     * @param which by name
     * @param action what
     * @param condition when
     * @return the signal
     */
    public static Signal receives(String which, Action action, String condition) {
        return new Signal(which, 0, Direction.RECEIVE, action, "", condition, "", Delivery.anytime(),
                SignalHandling.none());
    }

    /**
     * This signal with its moment.
     *
     * @param moment at which moment, in what order
     * @return the signal
     */
    public Signal delivered(Delivery moment) {
        return new Signal(which, number, direction, action, target, condition, text, moment, handling);
    }

    /**
     * This signal with a remark.
     *
     * @param remark the remark
     * @return the documented signal
     */
    public Signal says(String remark) {
        return new Signal(which, number, direction, action, target, condition, remark, delivery, handling);
    }
}
