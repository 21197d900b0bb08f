package org.quern.kapi;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a call does besides returning.
 *
 * @param contexts in which situations it may run
 * @param critical whether it neither blocks nor faults, and may so be made without leaving the Java state
 * @param locks what it takes or expects
 * @param signals what interrupts it and what it sends
 * @param signalMasks what it holds back
 * @param effects what it changes
 * @param transitions which states it changes
 * @param capabilities which privileges matter
 * @param limits rules about resources that no argument shows
 */
public record Behaviour(Set<Context> contexts, boolean critical, List<Lock> locks, List<Signal> signals,
        List<SignalMask> signalMasks, List<Effect> effects, List<Transition> transitions,
        List<Capability> capabilities, List<Limit> limits) {
    /**
     * Checks and copies.
     *
     * @param contexts in which situations it may run
     * @param critical whether it neither blocks nor faults
     * @param locks what it takes or expects
     * @param signals what interrupts it and what it sends
     * @param signalMasks what it holds back
     * @param effects what it changes
     * @param transitions which states it changes
     * @param capabilities which privileges matter
     * @param limits rules about resources
     * @throws IllegalArgumentException if two entries of one list are the same, no context is allowed, or a call that
     *         never blocks may sleep
     */
    public Behaviour {
        contexts = contexts.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(contexts));
        locks = distinct("locks", locks);
        signals = distinct("signals", signals);
        signalMasks = distinct("signalMasks", signalMasks);
        effects = distinct("effects", effects);
        transitions = distinct("transitions", transitions);
        capabilities = distinct("capabilities", capabilities);
        limits = distinct("limits", limits);
        if (contexts.isEmpty()) {
            throw new IllegalArgumentException("contexts=[]: a call that may run nowhere");
        }
        if (contexts.contains(Context.SLEEPABLE) && contexts.contains(Context.ATOMIC)) {
            throw new IllegalArgumentException("contexts=" + contexts + ": a call that sleeps may not run in ATOMIC");
        }
        if (critical && contexts.contains(Context.SLEEPABLE)) {
            throw new IllegalArgumentException(
                    "critical=true: a call that never blocks does not have the context SLEEPABLE");
        }
        if (critical && signals.stream().anyMatch(s -> s.delivery().interruptible())) {
            throw new IllegalArgumentException("critical=true: no signal interrupts a call that never blocks");
        }
    }

    private static <T> List<T> distinct(String field, List<T> entries) {
        List<T> copy = List.copyOf(entries);
        if (copy.stream().distinct().count() != copy.size()) {
            throw new IllegalArgumentException(field + "=" + copy + ": an entry occurs twice");
        }
        return copy;
    }
}
