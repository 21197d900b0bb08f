package org.quern.kapi;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.quern.kapi.struct.StructSpec;

/**
 * The declaration of one native call. It <em>is</em> the call: parameter order, widths and the function descriptor, the
 * checks before the call, the reading of its return, the exception on failure, and the page that describes it are all
 * derived from it; there is no second declaration anywhere.
 *
 * <pre>
 *   identity    name, version, since, summary
 *   linkage     symbol, number or command
 *   signature   parameters with their constraints, relations between them, result
 *   errors      errno, condition, how it is provoked
 *   behaviour   contexts, locks, signals, effects, transitions, capabilities, limits
 *   structures  the memory that parameters point to
 *   prose       details, examples, notes
 * </pre>
 *
 * Declarations are data: immutable, and equal if everything they say is. Tests written in code (custom constraints, the
 * arguments under which an error is possible) are represented by their words.
 *
 * @param identity which call
 * @param linkage how it reaches the kernel
 * @param signature what goes in and comes out
 * @param errors every errno the call may report, with its condition
 * @param behaviour what else it does
 * @param structures the memory that parameters point to
 * @param prose what is said only in words
 */
public record CallSpec(Identity identity, Linkage linkage, Signature signature, List<ErrorEntry> errors,
        Behaviour behaviour, List<StructSpec> structures, Prose prose) {
    /**
     * Checks and copies.
     *
     * @param identity which call
     * @param linkage how it reaches the kernel
     * @param signature what goes in and comes out
     * @param errors every errno the call may report, with its condition
     * @param behaviour what else it does
     * @param structures the memory that parameters point to
     * @param prose what is said only in words
     * @throws IllegalArgumentException naming the field that contradicts another
     */
    public CallSpec {
        errors = List.copyOf(errors);
        structures = List.copyOf(structures);
        if (structures.stream().map(StructSpec::name).distinct().count() != structures.size()) {
            throw new IllegalArgumentException("structures: two of " + identity.name() + " have one name");
        }
        Set<String> conditions = new HashSet<>();
        for (ErrorEntry error : errors) {
            if (!conditions.add(error.errno() + " " + error.condition())) {
                throw new IllegalArgumentException("errors: " + identity.name() + " lists " + error.errno() + " '"
                        + error.condition() + "' twice");
            }
        }
        for (Signal signal : behaviour.signals()) {
            signal.handling().error().ifPresent(errno -> requireListed(identity, conditions, signal, errno));
        }
    }

    private static void requireListed(Identity identity, Set<String> conditions, Signal signal, Errno errno) {
        if (conditions.stream().noneMatch(c -> c.startsWith(errno + " "))) {
            throw new IllegalArgumentException("signals: " + signal.which() + " makes " + identity.name() + " report "
                    + errno + ", which is not among its errors");
        }
    }

    /**
     * Begins a declaration.
     *
     * @param name as in the manual page
     * @param since the first Linux version that has it
     * @param summary one sentence
     * @return a builder
     */
    public static CallBuilder call(String name, String since, String summary) {
        return new CallBuilder(name, since, summary);
    }

    /**
     * As in the manual page.
     *
     * @return the name
     */
    public String name() {
        return identity.name();
    }

    /**
     * The first system that has it.
     *
     * @return for instance {@code Linux 3.17}
     */
    public String since() {
        return identity.since();
    }

    /**
     * What it does.
     *
     * @return one sentence
     */
    public String summary() {
        return identity.summary();
    }

    /**
     * The parameters.
     *
     * @return in the order of the C signature
     */
    public List<Param> params() {
        return signature.params();
    }

    /**
     * What parameters must satisfy together.
     *
     * @return in the order in which they are checked
     */
    public List<Relation> relations() {
        return signature.relations();
    }

    /**
     * The return.
     *
     * @return type and check
     */
    public Result result() {
        return signature.result();
    }

    /**
     * What else happens.
     *
     * @return in the order of declaration
     */
    public List<Effect> effects() {
        return behaviour.effects();
    }

    /**
     * Whether the call may be made without leaving the Java state.
     *
     * @return true if it neither blocks nor faults
     */
    public boolean critical() {
        return behaviour.critical();
    }

    /**
     * Where a parameter stands.
     *
     * @param param its name
     * @return its index from 0
     * @throws IllegalArgumentException if there is no such parameter
     */
    public int indexOf(String param) {
        for (int i = 0; i < params().size(); i++) {
            if (params().get(i).name().equals(param)) {
                return i;
            }
        }
        throw new IllegalArgumentException("param='" + param + "': " + name() + " has no such parameter");
    }

    /**
     * The C prototype.
     *
     * @return one line
     */
    public String prototype() {
        List<String> texts = params().stream().map(p -> declare(p.type(), p.name())).toList();
        return declare(result().type(), name()) + "(" + (texts.isEmpty() ? "void" : String.join(", ", texts)) + ")";
    }

    private static String declare(CType type, String name) {
        return type.c() + (type.c().endsWith("*") ? "" : " ") + name;
    }
}
