package org.quern.kapi.ioctl;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import org.quern.kapi.Constraint;
import org.quern.kapi.Operation;
import org.quern.kapi.Relation;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.struct.FieldSpec;
import org.quern.kapi.struct.FieldType;
import org.quern.kapi.struct.NumberField;
import org.quern.kapi.struct.StructSpec;

/**
 * What the members of a structure, and of those nested in it, must satisfy before a call.
 *
 * @param struct the structure
 * @param rules of one member each
 * @param relations between two
 */
@Operation(threads = Operation.Threads.ANY)
public record MemberRules(StructSpec struct, List<Rule> rules, List<Pair> relations) {
    /**
     * One member and what it must be.
     *
     * @param field the member
     * @param constraint what it must be
     */
    public record Rule(NumberField field, Constraint.OnNumber constraint) {}

    /**
     * Two members and what they must be together.
     *
     * @param first one member
     * @param second the other
     * @param relation what they must be
     */
    public record Pair(NumberField first, NumberField second, Relation relation) {}

    /**
     * The rules of a structure.
     *
     * @param struct the structure
     * @return its rules, those of nested structures by path
     */
    public static MemberRules of(StructSpec struct) {
        List<Rule> rules = new ArrayList<>();
        List<Pair> relations = new ArrayList<>();
        collect(struct, struct, "", rules, relations);
        return new MemberRules(struct, List.copyOf(rules), List.copyOf(relations));
    }

    private static void collect(StructSpec outer, StructSpec inner, String prefix, List<Rule> rules,
            List<Pair> relations) {
        for (FieldSpec field : inner.fields()) {
            if (field.type() == FieldType.STRUCT) {
                collect(outer, field.members().getFirst(), prefix + field.name() + ".", rules, relations);
            }
            for (Constraint constraint : field.constraints()) {
                if (constraint instanceof Constraint.OnNumber rule) {
                    rules.add(new Rule(outer.number(prefix + field.name()), rule));
                }
            }
        }
        for (Relation relation : inner.relations()) {
            relations.add(new Pair(outer.number(prefix + relation.first()), outer.number(prefix + relation.second()),
                    relation));
        }
    }

    /**
     * Checks an argument; never allocates if all is well.
     *
     * @param command what it is for, for the message
     * @param argument one structure
     * @throws SpecViolationException naming the member, its value and the rule
     */
    public void check(String command, MemorySegment argument) {
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (!rule.constraint().holds(rule.field().get(argument))) {
                throw new SpecViolationException(command + ": " + rule.field().path() + "="
                        + rule.field().show(argument) + " must be " + rule.constraint().rule());
            }
        }
        for (int i = 0; i < relations.size(); i++) {
            Pair pair = relations.get(i);
            if (!pair.relation().holds(pair.first().get(argument), pair.second().get(argument))) {
                throw new SpecViolationException(
                        command + ": " + pair.first().path() + "=" + pair.first().show(argument)
                                + ", " + pair.second().path() + "=" + pair.second().show(argument) + ": "
                                + pair.relation().rule());
            }
        }
    }
}
