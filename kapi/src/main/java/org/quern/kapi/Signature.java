package org.quern.kapi;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What goes in and what comes out.
 *
 * @param params in the order of the C signature
 * @param relations what parameters must satisfy together
 * @param result the return
 */
public record Signature(List<Param> params, List<Relation> relations, Result result) {
    /**
     * Checks and copies.
     *
     * @param params in the order of the C signature
     * @param relations what parameters must satisfy together
     * @param result the return
     * @throws IllegalArgumentException if two parameters have one name, or a relation or a buffer's size refers to a
     *         parameter that is not there or is not a number
     */
    public Signature {
        params = List.copyOf(params);
        relations = List.copyOf(relations);
        Set<String> names = new HashSet<>();
        for (Param param : params) {
            if (!names.add(param.name())) {
                throw new IllegalArgumentException("params: two are called '" + param.name() + "'");
            }
        }
        for (Relation relation : relations) {
            requireNumber(params, relation.first(), "relation='" + relation.rule() + "'");
            requireNumber(params, relation.second(), "relation='" + relation.rule() + "'");
        }
        for (Param param : params) {
            for (Constraint constraint : param.constraints()) {
                if (constraint instanceof MemoryConstraint.SizedBy sized) {
                    requireNumber(params, sized.count(), "constraint of " + param.name() + "='" + sized.rule() + "'");
                }
            }
        }
    }

    private static void requireNumber(List<Param> params, String name, String where) {
        Param param = params.stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow(
                () -> new IllegalArgumentException(where + ": there is no parameter '" + name + "', only "
                        + params.stream().map(Param::name).toList()));
        if (param.type() == CType.POINTER) {
            throw new IllegalArgumentException(where + ": " + name + " is memory, not a number");
        }
    }
}
