package org.quern.kapi;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.quern.kapi.struct.StructSpec;

/**
 * Collects the fields of a declaration, one fact for each call. What is dull has a default: the symbol is the name, the
 * version 1, the context a process that may sleep. What several declarations share is a fragment, see {@link #with}.
 *
 * <p>
 * Not thread-safe; nothing is checked before {@link #returning}, except each entry by itself.
 */
public final class CallBuilder {
    private final String name;
    private final String since;
    private final String summary;
    private String symbol = "";
    private int version = 1;
    private Linkage linkage;
    private Set<Context> contexts = EnumSet.of(Context.PROCESS, Context.SLEEPABLE);
    private boolean critical;
    private String details = "";
    private final List<Param> params = new ArrayList<>();
    private final List<Relation> relations = new ArrayList<>();
    private final List<ErrorEntry> errors = new ArrayList<>();
    private final List<Lock> locks = new ArrayList<>();
    private final List<Signal> signals = new ArrayList<>();
    private final List<SignalMask> signalMasks = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private final List<Transition> transitions = new ArrayList<>();
    private final List<Capability> capabilities = new ArrayList<>();
    private final List<Limit> limits = new ArrayList<>();
    private final List<StructSpec> structures = new ArrayList<>();
    private final List<Example> examples = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Last last = Last.NEITHER;

    /** What a recipe belongs to. */
    private enum Last {
        NEITHER, ERROR, TRANSITION
    }

    CallBuilder(String name, String since, String summary) {
        this.name = name;
        this.since = since;
        this.summary = summary;
        this.linkage = Linkage.symbol(name);
    }

    /**
     * Adds what several declarations share, for instance that a fatal signal interrupts.
     *
     * @param fragment calls methods of this builder
     * @return this
     */
    public CallBuilder with(Consumer<CallBuilder> fragment) {
        fragment.accept(this);
        return this;
    }

    /**
     * What the kernel calls it.
     *
     * @param kernelSymbol for instance {@code sys_mlock}
     * @return this
     */
    public CallBuilder symbol(String kernelSymbol) {
        symbol = kernelSymbol;
        return this;
    }

    /**
     * The version of the declaration, if it is not the first.
     *
     * @param number 1 or more
     * @return this
     */
    public CallBuilder version(int number) {
        version = number;
        return this;
    }

    /**
     * How the call reaches the kernel, if not by a symbol of its name.
     *
     * @param how the linkage
     * @return this
     */
    public CallBuilder via(Linkage how) {
        linkage = how;
        return this;
    }

    /**
     * The whole story, for readers who want more than the summary.
     *
     * @param text sentences
     * @return this
     */
    public CallBuilder details(String text) {
        details = text;
        return this;
    }

    /**
     * In which situations it may run, if not in a process that may sleep.
     *
     * @param first one
     * @param more others
     * @return this
     */
    public CallBuilder contexts(Context first, Context... more) {
        contexts = EnumSet.of(first, more);
        return this;
    }

    /**
     * The call neither blocks nor faults.
     *
     * @return this
     */
    public CallBuilder neverBlocks() {
        critical = true;
        contexts.remove(Context.SLEEPABLE);
        return this;
    }

    /**
     * The next parameter.
     *
     * @param param the parameter
     * @return this
     */
    public CallBuilder param(Param param) {
        params.add(param);
        return this;
    }

    /**
     * Something two parameters must satisfy together.
     *
     * @param kind what
     * @param first name of the first
     * @param second name of the second
     * @return this
     */
    public CallBuilder relation(Relation.Kind kind, String first, String second) {
        return relation(new Relation.Known(kind, first, second));
    }

    /**
     * Something two parameters must satisfy together.
     *
     * @param kind what
     * @param first the first
     * @param second the second
     * @return this
     */
    public CallBuilder relation(Relation.Kind kind, Param first, Param second) {
        return relation(kind, first.name(), second.name());
    }

    /**
     * Something two parameters must satisfy together.
     *
     * @param relation what and who
     * @return this
     */
    public CallBuilder relation(Relation relation) {
        relations.add(relation);
        return this;
    }

    /**
     * A way to fail.
     *
     * @param errno the error
     * @param condition when
     * @return this
     */
    public CallBuilder error(Errno errno, String condition) {
        return error(new ErrorEntry(errno, condition));
    }

    /**
     * A way to fail that the arguments can rule out.
     *
     * @param errno the error
     * @param condition when
     * @param possible false if the arguments rule it out
     * @return this
     */
    public CallBuilder error(Errno errno, String condition, Predicate<Arguments> possible) {
        return error(new ErrorEntry(errno, condition, possible));
    }

    /**
     * A way to fail.
     *
     * @param entry errno and condition
     * @return this
     */
    public CallBuilder error(ErrorEntry entry) {
        errors.add(entry);
        last = Last.ERROR;
        return this;
    }

    /**
     * A change of state.
     *
     * @param object what changes its state
     * @param from the state before
     * @param to the state afterwards
     * @return this
     */
    public CallBuilder transition(String object, String from, String to) {
        return transition(Transition.of(object, from, to));
    }

    /**
     * A change of state.
     *
     * @param transition the change
     * @return this
     */
    public CallBuilder transition(Transition transition) {
        transitions.add(transition);
        last = Last.TRANSITION;
        return this;
    }

    /**
     * Which test provokes the error, or shows the transition, declared just before.
     *
     * @param recipe the test's name
     * @return this
     * @throws IllegalStateException if neither was declared
     */
    public CallBuilder provoke(String recipe) {
        return proof(Words.required("recipe", recipe), "");
    }

    /**
     * Why no test provokes the error, or shows the transition, declared just before.
     *
     * @param reason one phrase
     * @return this
     * @throws IllegalStateException if neither was declared
     */
    public CallBuilder untested(String reason) {
        return proof("", Words.required("untested", reason));
    }

    private CallBuilder proof(String recipe, String untested) {
        switch (last) {
            case ERROR -> {
                ErrorEntry e = errors.removeLast();
                errors.add(new ErrorEntry(e.errno(), e.condition(), e.possible(), recipe, untested));
            }
            case TRANSITION -> {
                Transition t = transitions.removeLast();
                transitions.add(new Transition(t.object(), t.from(), t.to(), t.condition(), recipe, untested));
            }
            case NEITHER -> throw new IllegalStateException("'" + recipe + untested + "': " + name
                    + " has no error or transition before it");
        }
        return this;
    }

    /**
     * A lock that the call takes or expects.
     *
     * @param lock the lock
     * @return this
     */
    public CallBuilder lock(Lock lock) {
        locks.add(lock);
        return this;
    }

    /**
     * A signal that the call meets.
     *
     * @param signal the signal
     * @return this
     */
    public CallBuilder signal(Signal signal) {
        signals.add(signal);
        return this;
    }

    /**
     * Signals that the call holds back or lets through.
     *
     * @param mask the signals
     * @return this
     */
    public CallBuilder signalMask(SignalMask mask) {
        signalMasks.add(mask);
        return this;
    }

    /**
     * Something else that happens, in words.
     *
     * @param sentence what
     * @return this
     */
    public CallBuilder effect(String sentence) {
        return effect(Effect.remark(sentence));
    }

    /**
     * Something else that happens.
     *
     * @param effect what
     * @return this
     */
    public CallBuilder effect(Effect effect) {
        effects.add(effect);
        return this;
    }

    /**
     * A privilege that matters.
     *
     * @param capability the privilege
     * @return this
     */
    public CallBuilder capability(Capability capability) {
        capabilities.add(capability);
        return this;
    }

    /**
     * A rule about resources or circumstances that no argument shows.
     *
     * @param title what it is called
     * @param formula as an expression; empty if words say it better
     * @param text in words
     * @return this
     */
    public CallBuilder limit(String title, String formula, String text) {
        limits.add(new Limit(title, formula, text));
        return this;
    }

    /**
     * A structure that a parameter points to.
     *
     * @param struct its layout
     * @return this
     */
    public CallBuilder structure(StructSpec struct) {
        structures.add(struct);
        return this;
    }

    /**
     * A use.
     *
     * @param call as one would write it
     * @param shows what it does
     * @return this
     */
    public CallBuilder example(String call, String shows) {
        examples.add(new Example(call, shows));
        return this;
    }

    /**
     * A remark or a trap.
     *
     * @param sentence what
     * @return this
     */
    public CallBuilder note(String sentence) {
        notes.add(sentence);
        return this;
    }

    /**
     * Ends the declaration.
     *
     * @param result the return
     * @return the checked declaration
     * @throws IllegalArgumentException naming the field that is incomplete or contradicts another
     */
    public CallSpec returning(Result result) {
        try {
            return new CallSpec(new Identity(name, symbol, version, since, summary), linkage,
                    new Signature(params, relations, result), errors, new Behaviour(contexts, critical, locks,
                            signals, signalMasks, effects, transitions, capabilities, limits),
                    structures, new Prose(details, examples, notes));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("declaration of '" + name + "': " + e.getMessage(), e);
        }
    }
}
