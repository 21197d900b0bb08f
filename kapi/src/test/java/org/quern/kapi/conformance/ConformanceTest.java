package org.quern.kapi.conformance;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Errno;
import org.quern.kapi.ErrorEntry;
import org.quern.kapi.Transition;
import org.quern.kapi.conformance.Recipe.Who;
import org.quern.kapi.linux.LinuxCalls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Holds the declarations against the kernel. Each error entry and each transition has a recipe that brings it about, or
 * a reason why there is none. Recipes run in child JVMs: once as the user of this test, once without privilege.
 */
@EnabledOnOs(OS.LINUX)
class ConformanceTest {
    private static ChildRun mine;
    private static ChildRun unprivileged;

    @BeforeAll
    static void follow() throws Exception {
        List<Recipe> all = List.copyOf(ConformanceChild.RECIPES.values());
        boolean root = ChildRun.isRoot();
        mine = ChildRun.of(all.stream().filter(r -> r.who() != (root ? Who.USER : Who.ROOT)).toList(), false);
        if (!root) {
            unprivileged = mine;
        } else if (ChildRun.starts(true)) {
            unprivileged = ChildRun.of(all.stream().filter(r -> r.who() != Who.ROOT).toList(), true);
        } else {
            System.out
                    .println("conformance: no child without privilege: setpriv is missing, or nobody may not read the "
                            + "classes of this build");
            unprivileged = new ChildRun(true);
        }
    }

    @TestFactory
    Stream<DynamicTest> everyErrorIsProvokedOrSaysWhyNot() {
        return LinuxCalls.all().stream().flatMap(spec -> spec.errors().stream().map(error -> DynamicTest
                .dynamicTest(spec.name() + " " + error.errno() + ": " + error.condition(), () -> judge(error))));
    }

    private static void judge(ErrorEntry error) {
        if (error.recipe().isEmpty()) {
            assertThat(error.untested()).as("why there is no recipe").isNotBlank();
            return;
        }
        List<ChildRun.Outcome> outcomes = outcomes(error.recipe());
        for (ChildRun.Outcome outcome : outcomes) {
            assertThat(outcome.kind()).as("%s: %s", error.recipe(), outcome.text()).isNotEqualTo("broken");
            if (outcome.isAnswer()) {
                assertThat(describe(outcome.answer())).as(error.recipe()).isEqualTo(error.errno().name());
            }
        }
        assumeTrue(outcomes.stream().anyMatch(ChildRun.Outcome::isAnswer),
                () -> outcomes.isEmpty() ? "needs privilege, or a child without" : outcomes.toString());
    }

    private static String describe(long answer) {
        return Errno.isError(answer) ? Errno.fromNumber((int) -answer).name() : "success, " + answer;
    }

    private static List<ChildRun.Outcome> outcomes(String recipe) {
        assertThat(ConformanceChild.RECIPES).as("recipes").containsKey(recipe);
        List<ChildRun.Outcome> outcomes = new ArrayList<>();
        for (ChildRun run : new java.util.LinkedHashSet<>(List.of(mine, unprivileged))) {
            if (run.outcomes.containsKey(recipe)) {
                outcomes.add(run.outcomes.get(recipe));
            }
        }
        return outcomes;
    }

    @TestFactory
    Stream<DynamicTest> everyTransitionHappens() {
        return LinuxCalls.all().stream()
                .flatMap(spec -> spec.behaviour().transitions().stream()
                        .map(t -> DynamicTest.dynamicTest(spec.name() + " " + t.object() + ": " + t.from() + " -> "
                                + t.to(), () -> judge(t))));
    }

    private static void judge(Transition transition) {
        if (transition.recipe().isEmpty()) {
            assertThat(transition.untested()).as("why there is no recipe").isNotBlank();
            return;
        }
        List<ChildRun.Outcome> outcomes = outcomes(transition.recipe());
        for (ChildRun.Outcome outcome : outcomes) {
            assertThat(outcome.kind()).as("%s: %s", transition.recipe(), outcome.text()).isNotEqualTo("broken");
            assertThat(outcome.isAnswer() && Errno.isError(outcome.answer())).as("%s: %s", transition.recipe(),
                    outcome.text()).isFalse();
        }
        assumeTrue(outcomes.stream().anyMatch(ChildRun.Outcome::isAnswer),
                () -> outcomes.isEmpty() ? "needs privilege, or a child without" : outcomes.toString());
    }

    @Test
    void everyRecipeBelongsToADeclaration() {
        Set<String> named = new HashSet<>();
        for (CallSpec spec : LinuxCalls.all()) {
            spec.errors().forEach(e -> named.add(e.recipe()));
            spec.behaviour().transitions().forEach(t -> named.add(t.recipe()));
        }
        assertThat(named).containsAll(ConformanceChild.RECIPES.keySet());
    }

    @Test
    void noErrnoIsMissingFromADeclaration() {
        assertThat(mine.gaps).as("unlisted answers").isEmpty();
        assertThat(unprivileged.gaps).as("unlisted answers, unprivileged").isEmpty();
    }

    @AfterAll
    static void summary() {
        List<CallSpec> calls = LinuxCalls.all();
        List<ErrorEntry> errors = calls.stream().flatMap(s -> s.errors().stream()).toList();
        List<Transition> transitions = calls.stream().flatMap(s -> s.behaviour().transitions().stream()).toList();
        System.out.printf(
                "conformance: %d calls, %d error entries (%d provoked as %s, %d provoked without privilege, "
                        + "%d provoked at all, %d skipped, %d untested), %d transitions (%d seen, %d untested), "
                        + "%d unlisted answers%n",
                calls.size(), errors.size(), provoked(errors, mine), ChildRun.isRoot() ? "root" : "user",
                provoked(errors, unprivileged),
                errors.stream().filter(e -> isProvoked(e, mine) || isProvoked(e, unprivileged)).count(),
                errors.stream()
                        .filter(e -> !e.recipe().isEmpty() && !isProvoked(e, mine) && !isProvoked(e, unprivileged))
                        .count(),
                errors.stream().filter(e -> e.recipe().isEmpty()).count(), transitions.size(),
                transitions.stream().filter(t -> mine.outcomes.containsKey(t.recipe())
                        && mine.outcomes.get(t.recipe()).isAnswer()).count(),
                transitions.stream().filter(t -> t.recipe().isEmpty()).count(),
                mine.gaps.size() + unprivileged.gaps.size());
        Stream.of(mine, unprivileged).distinct().flatMap(run -> run.outcomes.entrySet().stream())
                .filter(e -> e.getValue().kind().equals("skip"))
                .forEach(e -> System.out.println("  skipped " + e.getKey() + ": " + e.getValue().text()));
    }

    private static long provoked(List<ErrorEntry> errors, ChildRun run) {
        return errors.stream().filter(e -> isProvoked(e, run)).count();
    }

    private static boolean isProvoked(ErrorEntry error, ChildRun run) {
        ChildRun.Outcome outcome = run.outcomes.get(error.recipe());
        return outcome != null && outcome.isAnswer() && outcome.answer() == -error.errno().number();
    }
}
