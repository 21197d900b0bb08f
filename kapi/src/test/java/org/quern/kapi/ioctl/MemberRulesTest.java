package org.quern.kapi.ioctl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.linux.PagemapLayouts;
import org.quern.kapi.linux.PagemapScan;
import org.quern.kapi.linux.Unistd;
import org.quern.kapi.linux.UserfaultCommands;
import org.quern.kapi.struct.StructSpec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Each rule of each member of each argument, kept and broken, all the others kept. */
class MemberRulesTest {
    private static final long[] CANDIDATES = {0, 1, 2, 3, 4, 7, 8, 0xaa, 96, 97, 104, 512, 513, Unistd.pageSize(),
            Unistd.pageSize() + 1L, 2L * Unistd.pageSize(), -Unistd.pageSize(), Long.MIN_VALUE, 1L << 40};

    private static final List<IoctlCommand> COMMANDS = List.of(UserfaultCommands.API, UserfaultCommands.REGISTER,
            UserfaultCommands.UNREGISTER, UserfaultCommands.WAKE, UserfaultCommands.COPY, UserfaultCommands.ZEROPAGE,
            UserfaultCommands.CONTINUE, UserfaultCommands.POISON, UserfaultCommands.MOVE,
            UserfaultCommands.WRITEPROTECT, PagemapScan.SCAN, PagemapScan.QUERY);

    @TestFactory
    Stream<DynamicTest> everyRuleKeptAndBroken() {
        List<DynamicTest> tests = new ArrayList<>();
        int count = 0;
        for (IoctlCommand command : COMMANDS) {
            StructSpec struct = ((Argument.Pointer) command.argument()).struct();
            MemberRules rules = MemberRules.of(struct);
            count += rules.rules().size() + rules.relations().size();
            for (MemberRules.Rule rule : rules.rules()) {
                tests.add(DynamicTest.dynamicTest(
                        command.name() + " " + rule.field().path() + " must be " + rule.constraint().rule(),
                        () -> judge(command, rules, rule)));
            }
            for (MemberRules.Pair pair : rules.relations()) {
                tests.add(DynamicTest.dynamicTest(command.name() + ": " + pair.relation().rule(),
                        () -> judge(command, rules, pair)));
            }
        }
        System.out.println("conformance: " + count + " rules of members of arguments, each kept and broken");
        return tests.stream();
    }

    /** An argument that keeps every rule. */
    private static MemorySegment good(MemberRules rules, Arena arena) {
        MemorySegment memory = rules.struct().allocate(arena);
        for (MemberRules.Rule rule : rules.rules()) {
            for (long candidate : CANDIDATES) {
                rule.field().set(memory, candidate);
                if (rules.rules().stream().filter(r -> r.field().equals(rule.field()))
                        .allMatch(r -> r.constraint().holds(r.field().get(memory)))) {
                    break;
                }
            }
        }
        rules.check("good", memory);
        return memory;
    }

    private static void judge(IoctlCommand command, MemberRules rules, MemberRules.Rule rule) {
        try (Arena arena = Arena.ofConfined()) {
            int outside = 0;
            for (long candidate : CANDIDATES) {
                MemorySegment memory = good(rules, arena);
                rule.field().set(memory, candidate);
                MemberRules.Rule first = rules.rules().stream()
                        .filter(r -> !r.constraint().holds(r.field().get(memory)))
                        .findFirst().orElse(rule);
                if (!rule.constraint().holds(candidate) && first.equals(rule)) {
                    assertThatThrownBy(() -> rules.check(command.name(), memory))
                            .isInstanceOf(SpecViolationException.class).hasMessageStartingWith(command.name() + ": ")
                            .hasMessageContaining(rule.field().path() + "=")
                            .hasMessageContaining(rule.constraint().rule());
                    outside++;
                }
            }
            assertThat(outside).isPositive();
        }
    }

    private static void judge(IoctlCommand command, MemberRules rules, MemberRules.Pair pair) {
        try (Arena arena = Arena.ofConfined()) {
            int outside = 0;
            for (long a : CANDIDATES) {
                for (long b : CANDIDATES) {
                    MemorySegment memory = good(rules, arena);
                    pair.first().set(memory, a);
                    pair.second().set(memory, b);
                    boolean othersHold = rules.rules().stream()
                            .allMatch(r -> r.constraint().holds(r.field().get(memory)))
                            && rules.relations().stream().filter(p -> !p.equals(pair))
                                    .allMatch(p -> p.relation().holds(p.first().get(memory), p.second().get(memory)));
                    if (othersHold && !pair.relation().holds(a, b)) {
                        assertThatThrownBy(() -> rules.check(command.name(), memory))
                                .isInstanceOf(SpecViolationException.class)
                                .hasMessageContaining(pair.relation().rule());
                        outside++;
                    }
                }
            }
            assertThat(outside).isPositive();
        }
    }

    @org.junit.jupiter.api.Test
    void aCheckOfAGoodArgumentAllocatesNothing() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = PagemapLayouts.PM_SCAN_ARG.allocate(arena);
            MemberRules rules = MemberRules.of(PagemapLayouts.PM_SCAN_ARG);
            for (int i = 0; i < 100_000; i++) {
                rules.check("warm", argument);
            }
            var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100_000; i++) {
                rules.check("measured", argument);
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
        }
    }
}
