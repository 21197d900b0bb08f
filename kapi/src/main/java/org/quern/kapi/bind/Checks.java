package org.quern.kapi.bind;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

import org.quern.kapi.CallSpec;
import org.quern.kapi.Constraint;
import org.quern.kapi.Param;
import org.quern.kapi.Relation;
import org.quern.kapi.SpecViolationException;

/**
 * The rules of a declaration as method handles that run before the call. Each rule is bound as a constant, so the
 * compiler folds it to the bare comparison.
 */
final class Checks {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final MethodHandle CONSTRAINT = find("constraint",
            MethodType.methodType(void.class, CallSpec.class, Param.class, Constraint.class, long.class));
    private static final MethodHandle RELATION = find("relation",
            MethodType.methodType(void.class, CallSpec.class, Relation.class, long.class, long.class));

    private Checks() {}

    private static MethodHandle find(String name, MethodType type) {
        try {
            return LOOKUP.findStatic(Checks.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("Checks." + name, e);
        }
    }

    /** The call with every rule of its declaration in front, the first declared checked first. */
    static MethodHandle before(CallSpec spec, MethodHandle call) {
        List<MethodHandle> checks = new ArrayList<>();
        for (int i = 0; i < spec.params().size(); i++) {
            Param param = spec.params().get(i);
            for (Constraint constraint : param.constraints()) {
                checks.add(on(call.type(), MethodHandles.insertArguments(CONSTRAINT, 0, spec, param, constraint), i));
            }
        }
        for (Relation relation : spec.relations()) {
            checks.add(on(call.type(), MethodHandles.insertArguments(RELATION, 0, spec, relation),
                    spec.indexOf(relation.first()), spec.indexOf(relation.second())));
        }
        MethodHandle checked = call;
        for (MethodHandle check : checks.reversed()) {
            checked = MethodHandles.foldArguments(checked, check);
        }
        return checked;
    }

    /** A check of the numbers at some positions, as a check of all arguments. */
    private static MethodHandle on(MethodType all, MethodHandle check, int... positions) {
        MethodType carried = check.type();
        for (int i = 0; i < positions.length; i++) {
            carried = carried.changeParameterType(i, all.parameterType(positions[i]));
        }
        return MethodHandles.permuteArguments(check.asType(carried), all.changeReturnType(void.class), positions);
    }

    @SuppressWarnings("UnusedMethod") // found by name, above
    private static void constraint(CallSpec spec, Param param, Constraint constraint, long value) {
        if (!constraint.holds(value)) {
            throw new SpecViolationException(spec.name() + ": " + param.name() + "=" + param.show(value) + " must be "
                    + constraint.rule());
        }
    }

    @SuppressWarnings("UnusedMethod") // found by name, above
    private static void relation(CallSpec spec, Relation relation, long first, long second) {
        if (!relation.kind().holds(first, second)) {
            throw new SpecViolationException(spec.name() + ": " + relation.first() + "="
                    + spec.params().get(spec.indexOf(relation.first())).show(first) + ", " + relation.second() + "="
                    + spec.params().get(spec.indexOf(relation.second())).show(second) + ": " + relation.rule());
        }
    }
}
