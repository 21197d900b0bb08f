package org.quern.kapi;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** A declaration that is incomplete or contradicts itself is refused when it is built, with the name of the field. */
class ContradictionsTest {
    private static final Map<String, Executable> REFUSED = new LinkedHashMap<>();
    private static final Constants BITS = Constants.none().and("ONE", 1);
    private static final SignalHandling NONE = SignalHandling.none();

    private static CallBuilder call() {
        return CallSpec.call("f", "Linux 1.0", "Do.").param(Param.size("n")).param(Param.memory("p"));
    }

    private static void refused(String message, Executable build) {
        REFUSED.put(message, build);
    }

    private static Param param(CType type, Param.Kind kind, Param.Direction direction, Param.Flag... flags) {
        return new Param("x", type, kind, direction, Set.of(flags), Constants.none(), List.of(), "");
    }

    private static Signal signal(Signal.Direction direction, Signal.Action action, Delivery delivery,
            SignalHandling handling) {
        return new Signal("S", 0, direction, action, "", "", "", delivery, handling);
    }

    static {
        refused("name=''", () -> CallSpec.call("", "x", "y").returning(Result.zero()));
        refused("since=''", () -> CallSpec.call("f", "", "y").returning(Result.zero()));
        refused("summary=' '", () -> CallSpec.call("f", "x", " ").returning(Result.zero()));
        refused("version=0", () -> call().version(0).returning(Result.zero()));
        refused("declaration of 'f': params: two are called 'n'",
                () -> call().param(Param.size("n")).returning(Result.zero()));
        refused("there is no parameter 'q', only [n, p]",
                () -> call().relation(Relation.Kind.AT_MOST, "n", "q").returning(Result.zero()));
        refused("relation.second='n'", () -> call().relation(Relation.Kind.AT_MOST, "n", "n"));
        refused("p is memory, not a number",
                () -> call().relation(Relation.Kind.AT_MOST, "n", "p").returning(Result.zero()));
        refused("relation.rule=''", () -> new Relation.Custom("a", "b", (a, b) -> true, ""));
        refused("there is no parameter 'm'", () -> call().param(
                Param.memory("b").must(new MemoryConstraint.SizedBy("m", 1, 1))).returning(Result.zero()));
        refused("lists EIO 'x' twice",
                () -> call().error(Errno.EIO, "x").error(Errno.EIO, "x").returning(Result.zero()));
        refused("error.condition=''", () -> call().error(Errno.EIO, ""));
        refused("error.errno=UNKNOWN", () -> call().error(Errno.UNKNOWN, "x"));
        refused("untested='y': error EIO 'x' has the recipe r",
                () -> new ErrorEntry(Errno.EIO, "x", a -> true, "r", "y"));
        refused("recipe=''", () -> call().error(Errno.EIO, "x").provoke(""));
        refused("structures: two of f have one name", () -> call().structure(Everything.STRUCT)
                .structure(Everything.STRUCT).returning(Result.zero()));
        refused("S makes f report EIO, which is not among its errors",
                () -> call().signal(Signal.interrupts("S", Errno.EIO)).returning(Result.zero()));
        refused("notes=[x, x]", () -> call().note("x").note("x").returning(Result.zero()));
        refused("note=''", () -> call().note("").returning(Result.zero()));
        refused("example.shows=''", () -> call().example("f()", ""));
        refused("limit.name=''", () -> call().limit("", "", "x"));
        refused("limit.text=''", () -> call().limit("x", "", ""));

        refused("critical=true", () -> call().neverBlocks().contexts(Context.SLEEPABLE).returning(Result.zero()));
        refused("no signal interrupts a call that never blocks", () -> call().neverBlocks().error(Errno.EINTR, "x")
                .signal(Signal.interrupts("S", Errno.EINTR)).returning(Result.zero()));
        refused("may not run in ATOMIC",
                () -> call().contexts(Context.SLEEPABLE, Context.ATOMIC).returning(Result.zero()));
        refused("locks=", () -> call().lock(Lock.reads("l")).lock(Lock.reads("l")).returning(Result.zero()));
        refused("contexts=[]", () -> new Behaviour(Set.of(), false, List.of(), List.of(), List.of(), List.of(),
                List.of(), List.of(), List.of()));

        refused("param.name=''", () -> Param.size(""));
        refused("kind=TEXT: x has type INT", () -> param(CType.INT, Param.Kind.TEXT, Param.Direction.IN));
        refused("kind=FD: x has type POINTER", () -> param(CType.POINTER, Param.Kind.FD, Param.Direction.IN));
        refused("direction=OUT", () -> param(CType.INT, Param.Kind.FD, Param.Direction.OUT));
        refused("flags=[OPTIONAL]",
                () -> param(CType.INT, Param.Kind.FD, Param.Direction.IN, Param.Flag.OPTIONAL));
        refused("p is memory, not a number", () -> Param.memory("p").must(new Constraint.NonZero()));
        refused("n is a number, not memory", () -> Param.size("n").must(new MemoryConstraint.Path()));
        refused("does not fit INT",
                () -> Param.flags("n", CType.INT, Constants.none().and("BIG", 1L << 32)));
        refused("Constant[name=ONE, value=1] of n is not a multiple of 2",
                () -> Param.choice("n", CType.INT, BITS).must(new Constraint.MultipleOf(2)));
        refused("a name occurs twice", () -> BITS.and("ONE", 2));
        refused("constant.name=''", () -> BITS.and("", 2));

        refused("min=2: greater than max=1", () -> new Constraint.Range(2, 1));
        refused("bytes=0", () -> new Constraint.MultipleOf(0));
        refused("bytes=3", () -> new Constraint.MultipleOf(3));
        refused("lowest=0x2", () -> new Constraint.AddressRange(2, 1));
        refused("constraint.rule=''", () -> new Constraint.Custom(v -> true, ""));
        refused("bytes=0: must be more than 0", () -> new MemoryConstraint.Accessible(0));
        refused("minBytes=3", () -> new MemoryConstraint.Text(3, 2));
        refused("minBytes=-1", () -> new MemoryConstraint.Text(-1, 2));
        refused("bytesEach=0", () -> new MemoryConstraint.SizedBy("n", 0, 1));
        refused("sizedBy.count=''", () -> new MemoryConstraint.SizedBy("", 1, 1));

        refused("result.type=LONG: cannot carry a file descriptor",
                () -> new Result(CType.LONG, new ResultCheck.Fd(), "x"));
        refused("result.type=POINTER", () -> new Result(CType.POINTER, new ResultCheck.Count(), "x"));
        refused("result.type=INT: cannot carry an address",
                () -> new Result(CType.INT, new ResultCheck.Address(), "x"));
        refused("result.text=''", () -> new Result(CType.INT, new ResultCheck.Count(), ""));
        refused("result=-1..-1", () -> new ResultCheck.Exact(-1));
        refused("result=-5..5", () -> new ResultCheck.Range(-5, 5));
        refused("result.min=2", () -> new ResultCheck.Range(2, 1));
        refused("result=-4095..-4095", () -> new ResultCheck.ErrorList(-4095));
        refused("result.rule=''", () -> new ResultCheck.Custom(v -> true, ""));

        refused("lock.name=''", () -> Lock.reads(""));
        refused("lock.mode=READ: m is a MUTEX",
                () -> new Lock("m", Lock.Kind.MUTEX, Lock.Mode.READ, Lock.Scope.INTERNAL, ""));
        refused("effect.what=''", () -> Effect.remark(""));
        refused("effect.target=''", () -> Effect.on("", "x", Effect.Bit.NETWORK));
        refused("effect.reversible=true", () -> Effect.on("t", "x", Effect.Bit.IRREVERSIBLE).undoable());
        refused("effect.onError=''", () -> Effect.remark("x").leavesOnError(""));
        refused("transition.from=''", () -> Transition.of("o", "", "b"));
        refused("transition.to='a'", () -> Transition.of("o", "a", "a"));
        refused("untested='y': transition of o", () -> new Transition("o", "a", "b", "", "r", "y"));
        refused("capability.without=''", () -> Capability.of("C", 1, Capability.Action.BYPASS_CHECK, "x", ""));
        refused("capability.number=64", () -> Capability.of("C", 64, Capability.Action.BYPASS_CHECK, "x", "y"));
        refused("capability.alternatives=[C]",
                () -> Capability.of("C", 1, Capability.Action.BYPASS_CHECK, "x", "y").orElse("C"));

        refused("signal.which=''", () -> Signal.interrupts("", Errno.EINTR));
        refused("signal.number=65", () -> new Signal("S", 65, Signal.Direction.BLOCK, Signal.Action.QUEUE, "", "", "",
                Delivery.anytime(), NONE));
        refused("signal.target=''",
                () -> signal(Signal.Direction.SEND, Signal.Action.DEFAULT, Delivery.anytime(), NONE));
        refused("signal.becomes=''",
                () -> signal(Signal.Direction.HANDLE, Signal.Action.TRANSFORM, Delivery.anytime(), NONE));
        refused("signal.becomes='T'", () -> signal(Signal.Direction.HANDLE, Signal.Action.STOP, Delivery.anytime(),
                new SignalHandling(false, Set.of(), Set.of(), Optional.empty(), "T")));
        refused("signal.error=EIO", () -> signal(Signal.Direction.RECEIVE, Signal.Action.STOP, Delivery.anytime(),
                new SignalHandling(false, Set.of(), Set.of(), Optional.of(Errno.EIO), "")));
        refused("signal.restartable=true", () -> signal(Signal.Direction.RECEIVE, Signal.Action.STOP,
                Delivery.anytime(), new SignalHandling(true, Set.of(), Set.of(), Optional.empty(), "")));
        refused("signal.forbiddenFlags=[F]",
                () -> new SignalHandling(false, Set.of("F"), Set.of("F"), Optional.empty(), ""));
        refused("delivery.priority=-1", () -> new Delivery(Delivery.Timing.DURING, List.of(), -1, false,
                Delivery.Queueing.STANDARD, Set.of(), Set.of()));
        refused("delivery.forbidden=[DEAD]", () -> new Delivery(Delivery.Timing.DURING, List.of(), 0, false,
                Delivery.Queueing.STANDARD, Set.of(Delivery.ProcessState.DEAD), Set.of(Delivery.ProcessState.DEAD)));
        refused("delivery.points=''", () -> Delivery.interrupting(""));
        refused("signalMask.signals=[]", () -> new SignalMask("m", List.of(), "x"));
        refused("signalMask.signals=[A, A]", () -> new SignalMask("m", List.of("A", "A"), "x"));
        refused("two are called 'zq01'", () -> new Catalog(List.of(Everything.SPEC, Everything.SPEC)));
    }

    @TestFactory
    Stream<DynamicTest> refusals() {
        return REFUSED.entrySet().stream().map(refusal -> DynamicTest.dynamicTest(refusal.getKey(),
                () -> assertThatIllegalArgumentException().isThrownBy(refusal.getValue()::execute)
                        .withMessageContaining(refusal.getKey())));
    }

    @TestFactory
    Stream<DynamicTest> aRecipeNeedsSomethingToBelongTo() {
        return Stream.of(DynamicTest.dynamicTest("provoke", () -> org.assertj.core.api.Assertions
                .assertThatIllegalStateException().isThrownBy(() -> call().provoke("r"))
                .withMessageContaining("f has no error or transition before it")));
    }
}
