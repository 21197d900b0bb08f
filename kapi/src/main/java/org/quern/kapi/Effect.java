package org.quern.kapi;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Something that a call changes besides its return.
 *
 * @param bits what sorts of change; empty for a remark that is only words
 * @param target what is changed; empty only if there are no bits
 * @param what one sentence or phrase
 * @param condition when it happens; empty if always
 * @param reversible whether another call undoes it
 * @param onError what of it is left when the call fails: how the failure is not atomic; empty if nothing is left
 */
public record Effect(Set<Bit> bits, String target, String what, String condition, boolean reversible, String onError) {
    /** Sorts of change. */
    public enum Bit {
        /** Memory is allocated. */
        ALLOC_MEMORY,
        /** Memory is freed. */
        FREE_MEMORY,
        /** State of the kernel or the process changes. */
        MODIFY_STATE,
        /** A signal is sent. */
        SIGNAL_SEND,
        /** A file position moves. */
        FILE_POSITION,
        /** A lock is taken and kept. */
        LOCK_ACQUIRE,
        /** A lock is released. */
        LOCK_RELEASE,
        /** A descriptor or another resource comes into being. */
        RESOURCE_CREATE,
        /** A resource goes away. */
        RESOURCE_DESTROY,
        /** The scheduler is involved. */
        SCHEDULE,
        /** Hardware is touched. */
        HARDWARE,
        /** The network is touched. */
        NETWORK,
        /** A file system is touched. */
        FILESYSTEM,
        /** The state of a process changes. */
        PROCESS_STATE,
        /** Nothing undoes it. */
        IRREVERSIBLE
    }

    /**
     * Checks and copies.
     *
     * @param bits what sorts of change
     * @param target what is changed
     * @param what one sentence or phrase
     * @param condition when it happens
     * @param reversible whether another call undoes it
     * @param onError what of it is left when the call fails
     * @throws IllegalArgumentException if the words are missing, or it is both reversible and irreversible
     */
    public Effect {
        Words.required("effect.what", what);
        bits = bits.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(bits));
        if (!bits.isEmpty()) {
            Words.required("effect.target", target);
        }
        if (reversible && bits.contains(Bit.IRREVERSIBLE)) {
            throw new IllegalArgumentException("effect.reversible=true: '" + what + "' has the bit IRREVERSIBLE");
        }
    }

    /**
     * A remark that is only words.
     *
     * @param what one sentence
     * @return the effect
     */
    public static Effect remark(String what) {
        return new Effect(Set.of(), "", what, "", false, "");
    }

    /**
     * A change.
     *
     * @param target what is changed
     * @param what how, one phrase
     * @param first a sort of change
     * @param more further sorts
     * @return the effect; always, and not reversible, until said otherwise
     */
    public static Effect on(String target, String what, Bit first, Bit... more) {
        return new Effect(EnumSet.of(first, more), target, what, "", false, "");
    }

    /**
     * This effect, under a condition.
     *
     * @param when the condition
     * @return the conditional effect
     */
    public Effect when(String when) {
        return new Effect(bits, target, what, when, reversible, onError);
    }

    /**
     * This effect, which another call undoes.
     *
     * @return the reversible effect
     */
    public Effect undoable() {
        return new Effect(bits, target, what, condition, true, onError);
    }

    /**
     * This effect, part of which is left when the call fails.
     *
     * @param left what is left
     * @return the effect of a call whose failure is not atomic
     */
    public Effect leavesOnError(String left) {
        return new Effect(bits, target, what, condition, reversible, Words.required("effect.onError", left));
    }
}
