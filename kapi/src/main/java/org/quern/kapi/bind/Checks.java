package org.quern.kapi.bind;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

import org.quern.kapi.CallSpec;
import org.quern.kapi.Constraint;
import org.quern.kapi.MemoryConstraint;
import org.quern.kapi.Param;
import org.quern.kapi.Relation;
import org.quern.kapi.SpecViolationException;

/**
 * The rules of a declaration as method handles that run before the call. Each rule is bound as a constant, so the
 * compiler folds it to the bare comparison.
 *
 * <p>
 * Memory is checked for what a kernel cannot know: that a segment the call writes to is not read-only, that it lies
 * outside the heap, and that it is as large as the call will assume.
 */
final class Checks {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final MethodHandle NUMBER = find("number",
            MethodType.methodType(void.class, CallSpec.class, Param.class, Constraint.OnNumber.class, long.class));
    private static final MethodHandle MEMORY = find("memory",
            MethodType.methodType(void.class, CallSpec.class, Param.class, MemorySegment.class));
    private static final MethodHandle CONTENT = find("content", MethodType.methodType(void.class, CallSpec.class,
            Param.class, MemoryConstraint.class, MemorySegment.class));
    private static final MethodHandle SIZE = find("size", MethodType.methodType(void.class, CallSpec.class,
            Param.class, MemoryConstraint.SizedBy.class, MemorySegment.class, long.class));
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
        MethodType all = call.type();
        for (int i = 0; i < spec.params().size(); i++) {
            Param param = spec.params().get(i);
            if (all.parameterType(i) == MemorySegment.class) {
                checks.add(on(all, bound(MEMORY, spec, param), i));
            }
            for (Constraint constraint : param.constraints()) {
                checks.add(check(spec, all, i, constraint));
            }
        }
        for (Relation relation : spec.relations()) {
            checks.add(on(all, bound(RELATION, spec, relation), spec.indexOf(relation.first()),
                    spec.indexOf(relation.second())));
        }
        MethodHandle checked = call;
        for (MethodHandle check : checks.reversed()) {
            checked = MethodHandles.foldArguments(checked, check);
        }
        return checked;
    }

    private static MethodHandle check(CallSpec spec, MethodType all, int index, Constraint constraint) {
        Param param = spec.params().get(index);
        return switch (constraint) {
            case Constraint.OnNumber number -> on(all, bound(NUMBER, spec, param, number), index);
            case MemoryConstraint.SizedBy sized -> on(all, bound(SIZE, spec, param, sized), index,
                    spec.indexOf(sized.count()));
            case MemoryConstraint content -> on(all, bound(CONTENT, spec, param, content), index);
        };
    }

    private static MethodHandle bound(MethodHandle check, Object... constants) {
        return MethodHandles.insertArguments(check, 0, constants);
    }

    /** A check of the arguments at some positions, as a check of all arguments. */
    private static MethodHandle on(MethodType all, MethodHandle check, int... positions) {
        MethodType carried = check.type();
        for (int i = 0; i < positions.length; i++) {
            carried = carried.changeParameterType(i, all.parameterType(positions[i]));
        }
        return MethodHandles.permuteArguments(check.asType(carried), all.changeReturnType(void.class), positions);
    }

    @SuppressWarnings("UnusedMethod") // found by name, above
    private static void number(CallSpec spec, Param param, Constraint.OnNumber constraint, long value) {
        if (!constraint.holds(value)) {
            throw violation(spec, param, value, constraint.rule());
        }
    }

    @SuppressWarnings("UnusedMethod") // found by name, above
    private static void memory(CallSpec spec, Param param, MemorySegment memory) {
        if (!memory.isNative()) {
            throw new SpecViolationException(spec.name() + ": " + param.name() + " must be memory outside the heap");
        }
        if (memory.address() == 0) {
            if (!param.isOptional()) {
                throw violation(spec, param, 0, "other than null");
            }
        } else if (param.direction() != Param.Direction.IN && memory.isReadOnly()) {
            throw violation(spec, param, memory.address(), "writable: the call writes to it");
        }
    }

    @SuppressWarnings("UnusedMethod") // found by name, above
    private static void content(CallSpec spec, Param param, MemoryConstraint constraint, MemorySegment memory) {
        if (memory.address() == 0) {
            return;
        }
        boolean holds = switch (constraint) {
            case MemoryConstraint.Accessible accessible -> accessible.holds(memory);
            case MemoryConstraint.Text text -> text.holds(memory);
            case MemoryConstraint.Path path -> path.holds(memory);
            case MemoryConstraint.SizedBy ignored -> throw new IllegalStateException("needs two arguments");
        };
        if (!holds) {
            throw violation(spec, param, memory.address(), constraint.rule());
        }
    }

    @SuppressWarnings("UnusedMethod") // found by name, above
    private static void size(CallSpec spec, Param param, MemoryConstraint.SizedBy constraint, MemorySegment memory,
            long count) {
        if (memory.address() != 0 && !constraint.holds(memory, count)) {
            throw new SpecViolationException(spec.name() + ": " + param.name() + " of " + memory.byteSize()
                    + " bytes, " + constraint.count() + "=" + count + ": must be " + constraint.rule());
        }
    }

    @SuppressWarnings("UnusedMethod") // found by name, above
    private static void relation(CallSpec spec, Relation relation, long first, long second) {
        if (!relation.holds(first, second)) {
            throw new SpecViolationException(spec.name() + ": " + relation.first() + "="
                    + spec.params().get(spec.indexOf(relation.first())).show(first) + ", " + relation.second() + "="
                    + spec.params().get(spec.indexOf(relation.second())).show(second) + ": " + relation.rule());
        }
    }

    private static SpecViolationException violation(CallSpec spec, Param param, long value, String rule) {
        return new SpecViolationException(
                spec.name() + ": " + param.name() + "=" + param.show(value) + " must be " + rule);
    }
}
