package org.quern.kapi.bind;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Constants;
import org.quern.kapi.Constraint;
import org.quern.kapi.MemoryConstraint;
import org.quern.kapi.Param;
import org.quern.kapi.Relation;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.linux.LinuxCalls;
import org.quern.kapi.linux.Unistd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Each constraint of each declared call, just inside and just outside. The checks run in front of a call that does
 * nothing. All other arguments keep every rule, so what is refused is refused for the one rule; where no value breaks it
 * without breaking another one first, that is said.
 */
class ConstraintConformanceTest {
    private static final int PAGE = Unistd.pageSize();
    private static final long BYTES = 1L << 20;
    private static final MemorySegment ROOM = Arena.global().allocate(BYTES, 4096);
    private static final AtomicInteger CONSTRAINTS = new AtomicInteger();
    private static final AtomicInteger RELATIONS = new AtomicInteger();

    /** Numbers from which a value is chosen that keeps, or breaks, a rule. */
    private static final long[] CANDIDATES = candidates();

    private static long[] candidates() {
        List<Long> all = new ArrayList<>(List.of(1L, 0L, 2L, 3L, 8L, 16L, 24L, 0x22L, 5L, 9L, -1L, -2L, -100L, -101L,
                (long) PAGE, PAGE + 1L, PAGE - 1L, 2L * PAGE, -(long) PAGE, 64L, 128L, 77L, 7777L));
        for (int bit = 0; bit < 64; bit++) {
            all.add(1L << bit);
            all.add((1L << bit) - 1);
        }
        return all.stream().mapToLong(Long::longValue).toArray();
    }

    private static long[] candidates(Param param) {
        return LongStream.concat(LongStream.of(CANDIDATES),
                param.constants().entries().stream().mapToLong(Constants.Constant::value)).toArray();
    }

    /** A call that does nothing behind the checks of a declaration. */
    private record Guarded(CallSpec spec, MethodHandle checks, Object[] good) {
        static Guarded of(CallSpec spec) {
            List<Class<?>> carriers = spec.params().stream().<Class<?>>map(p -> p.type().carrier()).toList();
            MethodHandle nothing = MethodHandles.empty(MethodType.methodType(long.class, carriers));
            Guarded guarded = new Guarded(spec, Checks.before(spec, nothing), new Object[carriers.size()]);
            guarded.findGood();
            return guarded;
        }

        private void findGood() {
            for (int i = 0; i < good.length; i++) {
                Param param = spec.params().get(i);
                good[i] = param.type() == CType.POINTER ? memory(param) : carry(param, inside(param));
            }
            for (Relation relation : spec.relations()) { // a good pair, where the single values were none
                int first = spec.indexOf(relation.first());
                int second = spec.indexOf(relation.second());
                if (!relation.holds(number(good[first]), number(good[second]))) {
                    long[] pair = pair(relation, true);
                    good[first] = carry(spec.params().get(first), pair[0]);
                    good[second] = carry(spec.params().get(second), pair[1]);
                }
            }
        }

        private static MemorySegment memory(Param param) {
            if (param.constraints().stream().anyMatch(c -> c instanceof MemoryConstraint.Text
                    || c instanceof MemoryConstraint.Path)) {
                return Arena.global().allocateFrom("x");
            }
            return ROOM;
        }

        private static long inside(Param param) {
            for (long candidate : candidates(param)) {
                if (fits(param, candidate) && broken(param, candidate).isEmpty()) {
                    return candidate;
                }
            }
            throw new AssertionError("no candidate keeps the rules of " + param);
        }

        long[] pair(Relation relation, boolean holds) {
            Param first = spec.params().get(spec.indexOf(relation.first()));
            Param second = spec.params().get(spec.indexOf(relation.second()));
            for (long a : candidates(first)) {
                for (long b : candidates(second)) {
                    if (fits(first, a) && fits(second, b) && broken(first, a).isEmpty() && broken(second, b).isEmpty()
                            && relation.holds(a, b) == holds) {
                        return new long[]{a, b};
                    }
                }
            }
            throw new AssertionError("no pair of candidates makes '" + relation.rule() + "' " + holds);
        }

        void run(int index, Object value) throws Throwable {
            Object[] arguments = good.clone();
            arguments[index] = value;
            checks.invokeWithArguments(arguments);
        }

        private static long number(Object value) {
            return ((Number) value).longValue();
        }
    }

    private static Object carry(Param param, long value) {
        if (param.type().carrier() == int.class) {
            return (int) value;
        }
        return value;
    }

    /** Whether the carrier holds the value as the checks see it: sign-extended. */
    private static boolean fits(Param param, long value) {
        return param.type().carrier() != int.class || value == (int) value;
    }

    private static List<Constraint> broken(Param param, long value) {
        return param.constraints().stream()
                .filter(c -> c instanceof Constraint.OnNumber number && !number.holds(value)).toList();
    }

    @TestFactory
    Stream<DynamicTest> everyConstraintJustInsideAndJustOutside() {
        List<DynamicTest> tests = new ArrayList<>();
        for (CallSpec spec : LinuxCalls.all()) {
            Guarded guarded = Guarded.of(spec);
            for (int i = 0; i < spec.params().size(); i++) {
                int index = i;
                Param param = spec.params().get(i);
                for (Constraint constraint : param.constraints()) {
                    tests.add(
                            DynamicTest.dynamicTest(spec.name() + "." + param.name() + " must be " + constraint.rule(),
                                    () -> judge(guarded, index, constraint)));
                }
            }
        }
        return tests.stream();
    }

    private static void judge(Guarded guarded, int index, Constraint constraint) throws Throwable {
        Param param = guarded.spec().params().get(index);
        if (constraint instanceof Constraint.OnNumber number) {
            judge(guarded, index, param, number);
        } else {
            judge(guarded, index, param, (MemoryConstraint) constraint);
        }
        CONSTRAINTS.incrementAndGet();
    }

    private static void judge(Guarded guarded, int index, Param param, Constraint.OnNumber number) throws Throwable {
        List<Long> values = new ArrayList<>(edges(number));
        for (long candidate : CANDIDATES) {
            values.add(candidate);
        }
        int inside = 0;
        int outside = 0;
        for (long value : values) {
            if (!fits(param, value)) {
                continue;
            }
            List<Constraint> broken = broken(param, value);
            if (number.holds(value) && broken.isEmpty() && keepsRelations(guarded, index, value)) {
                guarded.run(index, carry(param, value));
                inside++;
            } else if (!number.holds(value) && broken.getFirst().equals(number)) {
                String message = guarded.spec().name() + ": " + param.name() + "=" + param.show(value) + " must be "
                        + number.rule();
                assertThatThrownBy(() -> guarded.run(index, carry(param, value)))
                        .isInstanceOf(SpecViolationException.class)
                        .satisfies(e -> assertThat(e.getMessage().equals(message) || isAboutSize(guarded, param, e))
                                .as(e.getMessage()).isTrue());
                outside++;
            }
        }
        assertThat(inside).as("values inside").isPositive();
        if (outside == 0) {
            assertThat(everyBreachBreaksAnEarlierRule(param, number)).as("no value breaks only " + number.rule())
                    .isTrue();
        }
    }

    /** A count that is refused may be refused for the memory it counts, where that comes first. */
    private static boolean isAboutSize(Guarded guarded, Param count, Throwable refusal) {
        return guarded.spec().params().stream().flatMap(p -> p.constraints().stream())
                .anyMatch(c -> c instanceof MemoryConstraint.SizedBy sized && sized.count().equals(count.name())
                        && refusal.getMessage().contains(sized.rule()));
    }

    /** A rule that cannot be broken: the carrier has no such value, or an earlier rule refuses them all. */
    private static boolean everyBreachBreaksAnEarlierRule(Param param, Constraint.OnNumber number) {
        for (long candidate : CANDIDATES) {
            if (fits(param, candidate) && !number.holds(candidate)
                    && broken(param, candidate).getFirst().equals(number)) {
                return false;
            }
        }
        return true;
    }

    private static boolean keepsRelations(Guarded guarded, int index, long value) {
        CallSpec spec = guarded.spec();
        for (Relation relation : spec.relations()) {
            int first = spec.indexOf(relation.first());
            int second = spec.indexOf(relation.second());
            long a = first == index ? value : Guarded.number(guarded.good()[first]);
            long b = second == index ? value : Guarded.number(guarded.good()[second]);
            if (!relation.holds(a, b)) {
                return false;
            }
        }
        String name = spec.params().get(index).name();
        for (Param other : spec.params()) {
            for (Constraint constraint : other.constraints()) {
                if (constraint instanceof MemoryConstraint.SizedBy sized && sized.count().equals(name)
                        && !sized.holds(ROOM, value)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static List<Long> edges(Constraint.OnNumber number) {
        return switch (number) {
            case Constraint.Range r -> List.of(r.min(), r.max(), r.min() == Long.MIN_VALUE ? r.min() : r.min() - 1,
                    r.max() == Long.MAX_VALUE ? r.max() : r.max() + 1);
            case Constraint.Mask m -> List.of(m.known().mask(), Long.lowestOneBit(~m.known().mask()));
            case Constraint.OneOf o -> o.known().entries().stream().flatMap(e -> Stream.of(e.value(), e.value() + 1))
                    .toList();
            case Constraint.MultipleOf m -> List.of(m.bytes(), m.bytes() - 1, m.bytes() + 1);
            default -> List.of();
        };
    }

    private static void judge(Guarded guarded, int index, Param param, MemoryConstraint constraint) throws Throwable {
        switch (constraint) {
            case MemoryConstraint.Accessible accessible -> {
                guarded.run(index, ROOM.asSlice(0, accessible.bytes()));
                refused(guarded, index, ROOM.asSlice(0, accessible.bytes() - 1), constraint);
            }
            case MemoryConstraint.Text text -> {
                guarded.run(index, text(text.maxBytes()));
                refused(guarded, index, text(text.maxBytes() + 1), constraint);
                refused(guarded, index, ROOM.asSlice(0, 0), constraint);
            }
            case MemoryConstraint.Path ignored -> {
                guarded.run(index, text(MemoryConstraint.PATH_MAX));
                refused(guarded, index, text(MemoryConstraint.PATH_MAX + 1L), constraint);
            }
            case MemoryConstraint.SizedBy sized -> {
                long count = Guarded.number(guarded.good()[guarded.spec().indexOf(sized.count())]);
                long units = (count + sized.per() - 1) / sized.per();
                guarded.run(index, ROOM.asSlice(0, units * sized.bytesEach()));
                assertThatThrownBy(() -> guarded.run(index, ROOM.asSlice(0, units * sized.bytesEach() - 1)))
                        .isInstanceOf(SpecViolationException.class).hasMessageContaining(sized.rule());
            }
        }
        if (param.isOptional()) {
            guarded.run(index, MemorySegment.NULL);
        } else {
            refused(guarded, index, MemorySegment.NULL, null);
        }
        refused(guarded, index, MemorySegment.ofArray(new byte[4096]), null);
    }

    private static MemorySegment text(long bytes) {
        return Arena.global().allocateFrom("x".repeat((int) bytes), StandardCharsets.UTF_8);
    }

    private static void refused(Guarded guarded, int index, MemorySegment memory,
            @org.jspecify.annotations.Nullable MemoryConstraint constraint) {
        assertThatThrownBy(() -> guarded.run(index, memory)).isInstanceOf(SpecViolationException.class)
                .hasMessageContaining(constraint == null ? "must be" : constraint.rule());
    }

    @TestFactory
    Stream<DynamicTest> everyRelationKeptAndBroken() {
        List<DynamicTest> tests = new ArrayList<>();
        for (CallSpec spec : LinuxCalls.all()) {
            Guarded guarded = Guarded.of(spec);
            for (Relation relation : spec.relations()) {
                tests.add(
                        DynamicTest.dynamicTest(spec.name() + ": " + relation.rule(), () -> judge(guarded, relation)));
            }
        }
        return tests.stream();
    }

    private static void judge(Guarded guarded, Relation relation) throws Throwable {
        CallSpec spec = guarded.spec();
        int first = spec.indexOf(relation.first());
        int second = spec.indexOf(relation.second());
        for (boolean kept : new boolean[]{true, false}) {
            long[] pair = guarded.pair(relation, kept);
            Object[] arguments = guarded.good().clone();
            arguments[first] = carry(spec.params().get(first), pair[0]);
            arguments[second] = carry(spec.params().get(second), pair[1]);
            if (kept) {
                guarded.checks().invokeWithArguments(arguments);
            } else {
                assertThatThrownBy(() -> guarded.checks().invokeWithArguments(arguments))
                        .isInstanceOf(SpecViolationException.class).hasMessageContaining(relation.rule());
            }
        }
        RELATIONS.incrementAndGet();
    }

    @AfterAll
    static void summary() {
        assertThat(ROOM.get(ValueLayout.JAVA_BYTE, 0)).as("nothing was called").isZero();
        System.out.println("conformance: " + CONSTRAINTS + " constraints and " + RELATIONS
                + " relations of calls, each inside and outside");
    }
}
