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
        for (Relation relation : spec.relations()) {
            if (relation instanceof Relation.Custom c && c.test() == INSTANCE) {
                return Optional.of(c.rule());
            }
        }
        Stream<Constraint> ofParams = spec.params().stream().flatMap(p -> p.constraints().stream());
        return Stream.concat(ofParams, spec.structures().stream().flatMap(WordsOnly::constraints))
                .filter(c -> c instanceof Constraint.Custom custom && custom.test() == INSTANCE).map(Constraint::rule)
                .findFirst();
    }

    private static Stream<Constraint> constraints(StructSpec struct) {
        return struct.fields().stream().flatMap(field -> Stream.concat(field.constraints().stream(),
                field.members().stream().flatMap(WordsOnly::constraints)));
    }
}
