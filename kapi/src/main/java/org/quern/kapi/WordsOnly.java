package org.quern.kapi;

import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

import org.quern.kapi.struct.StructSpec;

/**
 * In place of a test that is code, in a declaration that was read from a file: only its words are known. Such a
 * declaration can be printed and compared; it cannot be bound to a call, whose checks would be missing.
 */
public final class WordsOnly implements LongPredicate, Relation.Test {
    /** The only one. */
    public static final WordsOnly INSTANCE = new WordsOnly();

    private WordsOnly() {}

    @Override
    public boolean test(long value) {
        throw new IllegalStateException("the rule was read from a file and is only words");
    }

    @Override
    public boolean holds(long first, long second) {
        return test(first);
    }

    /**
     * The first rule of a declaration that is only words.
     *
     * @param spec the declaration
     * @return its words; empty if the declaration can be bound
     */
    public static Optional<String> in(CallSpec spec) {
        if (spec.result().check() instanceof ResultCheck.Custom c && c.test() == INSTANCE) {
            return Optional.of(c.rule());
        }
        Stream<String> own = inRules(spec.params().stream().flatMap(p -> p.constraints().stream()),
                spec.relations().stream());
        return Stream.concat(own, spec.structures().stream().flatMap(WordsOnly::inStructure)).findFirst();
    }

    private static Stream<String> inStructure(StructSpec struct) {
        Stream<String> own = inRules(struct.fields().stream().flatMap(f -> f.constraints().stream()),
                struct.relations().stream());
        return Stream.concat(own, struct.fields().stream().flatMap(f -> f.members().stream())
                .flatMap(WordsOnly::inStructure));
    }

    private static Stream<String> inRules(Stream<Constraint> constraints, Stream<Relation> relations) {
        return Stream.concat(
                constraints.filter(c -> c instanceof Constraint.Custom custom && custom.test() == INSTANCE)
                        .map(Constraint::rule),
                relations.filter(r -> r instanceof Relation.Custom custom && custom.test() == INSTANCE)
                        .map(Relation::rule));
    }
}
