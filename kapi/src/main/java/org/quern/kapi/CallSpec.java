package org.quern.kapi;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The declaration of one native call. It <em>is</em> the call: parameter order, widths and the function descriptor, the
 * checks before the call, the reading of its return, the exception on failure, and the page that describes it are all
 * derived from it; there is no second declaration anywhere.
 *
 * @param name as in the manual page, and as the symbol is called in the C library
 * @param since the first Linux version that has it
 * @param summary one sentence
 * @param params in the order of the C signature
 * @param relations what parameters must satisfy together
 * @param result the return
 * @param errors every errno the call may report, with its condition
 * @param effects what else happens on success or failure, a sentence each
 * @param critical whether the call neither blocks nor faults, and may so be made without leaving the Java state
 */
public record CallSpec(String name, String since, String summary, List<Param> params, List<Relation> relations,
        Result result, List<ErrorEntry> errors, List<String> effects, boolean critical) {
    /**
     * Checks and copies.
     *
     * @param name as in the manual page
     * @param since the first Linux version that has it
     * @param summary one sentence
     * @param params in the order of the C signature
     * @param relations what parameters must satisfy together
     * @param result the return
     * @param errors every errno the call may report
     * @param effects what else happens
     * @param critical whether the call neither blocks nor faults
     * @throws IllegalArgumentException naming the field that is incomplete or contradicts another
     */
    public CallSpec {
        params = List.copyOf(params);
        relations = List.copyOf(relations);
        errors = List.copyOf(errors);
        effects = List.copyOf(effects);
        if (name.isBlank() || summary.isBlank() || since.isBlank()) {
            throw new IllegalArgumentException(
                    "name='" + name + "', since='" + since + "', summary='" + summary + "': none may be blank");
        }
        List<String> names = params.stream().map(Param::name).toList();
        if (names.stream().distinct().count() != names.size()) {
            throw new IllegalArgumentException("params=" + names + ": " + name + " has two of one name");
        }
        for (Relation relation : relations) {
            if (!names.contains(relation.first()) || !names.contains(relation.second())) {
                throw new IllegalArgumentException(
                        "relation='" + relation.rule() + "': " + name + " has only " + names);
            }
        }
        if (errors.stream().map(e -> e.errno() + e.condition()).distinct().count() != errors.size()) {
            throw new IllegalArgumentException("errors=" + errors + ": " + name + " lists a condition twice");
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
    public static Builder call(String name, String since, String summary) {
        return new Builder(name, since, summary);
    }

    /**
     * Where a parameter stands.
     *
     * @param param its name
     * @return its index from 0
     * @throws IllegalArgumentException if there is no such parameter
     */
    public int indexOf(String param) {
        for (int i = 0; i < params.size(); i++) {
            if (params.get(i).name().equals(param)) {
                return i;
            }
        }
        throw new IllegalArgumentException("param='" + param + "': " + name + " has no such parameter");
    }

    /**
     * The C prototype.
     *
     * @return one line
     */
    public String prototype() {
        List<String> texts = params.stream().map(p -> p.type().c() + (p.type().c().endsWith("*") ? "" : " ") + p.name())
                .toList();
        String sep = result.type().c().endsWith("*") ? "" : " ";
        return result.type().c() + sep + name + "(" + (texts.isEmpty() ? "void" : String.join(", ", texts)) + ")";
    }

    /** Collects the fields of a declaration. */
    public static final class Builder {
        private final String name;
        private final String since;
        private final String summary;
        private final List<Param> params = new ArrayList<>();
        private final List<Relation> relations = new ArrayList<>();
        private final List<ErrorEntry> errors = new ArrayList<>();
        private final List<String> effects = new ArrayList<>();
        private boolean critical;

        Builder(String name, String since, String summary) {
            this.name = name;
            this.since = since;
            this.summary = summary;
        }

        /**
         * The next parameter.
         *
         * @param param the parameter
         * @return this
         */
        public Builder param(Param param) {
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
        public Builder relation(Relation.Kind kind, String first, String second) {
            relations.add(new Relation(kind, first, second));
            return this;
        }

        /**
         * A way to fail.
         *
         * @param errno the error
         * @param condition when
         * @return this
         */
        public Builder error(Errno errno, String condition) {
            errors.add(new ErrorEntry(errno, condition));
            return this;
        }

        /**
         * A way to fail that the arguments can rule out.
         *
         * @param errno the error
         * @param condition when
         * @param possible false if the arguments rule it out
         * @return this
         */
        public Builder error(Errno errno, String condition, Predicate<Arguments> possible) {
            errors.add(new ErrorEntry(errno, condition, possible));
            return this;
        }

        /**
         * Something else that happens.
         *
         * @param sentence what
         * @return this
         */
        public Builder effect(String sentence) {
            effects.add(sentence);
            return this;
        }

        /**
         * The call neither blocks nor faults.
         *
         * @return this
         */
        public Builder neverBlocks() {
            critical = true;
            return this;
        }

        /**
         * Ends the declaration.
         *
         * @param result the return
         * @return the checked declaration
         */
        public CallSpec returning(Result result) {
            return new CallSpec(name, since, summary, params, relations, result, errors, effects, critical);
        }
    }
}
