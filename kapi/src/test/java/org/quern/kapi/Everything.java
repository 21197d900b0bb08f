package org.quern.kapi;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.quern.kapi.struct.FieldType;
import org.quern.kapi.struct.StructSpec;
import org.quern.kapi.struct.Transfer;

/** A declaration that uses every field of the model. Each text is a word that occurs nowhere else: {@code zq} and a number. */
public final class Everything {
    private Everything() {}

    /** The structure of {@link #SPEC}. */
    public static final StructSpec STRUCT = StructSpec.struct("zq60")
            .field("zq61", FieldType.U64, Transfer.IN, "zq62").must(new Constraint.PageMultiple())
            .field("zq63", FieldType.U64, Transfer.OUT, "zq64")
            .relation(new Relation.Custom("zq61", "zq63", (a, b) -> true, "zq59")).end();

    private static final Constants BITS = Constants.none().and("ZQ10", 1).and("ZQ11", 2);
    private static final Param COUNT = Param.size("zq04").says("zq05");

    /** The declaration. */
    public static final CallSpec SPEC = CallSpec.call("zq01", "zq02", "zq03").symbol("zq09").version(7)
            .details("zq06 with \"quotes\", a \\, <tags>, *stars*, a | and \u00fc\u2028")
            .contexts(Context.PROCESS, Context.SLEEPABLE)
            .param(COUNT)
            .param(new Param("zq07", CType.INT, Param.Kind.FLAGS, Param.Direction.IN, Set.of(Param.Flag.ALIGNED), BITS,
                    List.of(new Constraint.Mask(BITS, List.of(new Constraint.MaskAddition(Architecture.AARCH64,
                            Constants.none().and("ZQ12", 4)))), new Constraint.PowerOfTwo(), new Constraint.NonZero(),
                            new Constraint.Custom(v -> v != 3, "zq13")),
                    "zq08"))
            .param(Param.choice("zq14", CType.LONG, Constants.none().and("ZQ15", 8)).says("zq16"))
            .param(Param.address("zq17").must(new Constraint.AddressRange(4096, -4096)).must(
                    new Constraint.MultipleOf(16)).says("zq18"))
            .param(Param.text("zq19", 77).says("zq20"))
            .param(Param.path("zq21").optional().says("zq22"))
            .param(Param.memory("zq23").out().must(new MemoryConstraint.SizedBy(COUNT, 24)).says("zq24"))
            .param(Param.struct("zq25", STRUCT).says("zq26"))
            .relation(Relation.Kind.AT_MOST, "zq04", "zq14")
            .relation(new Relation.Custom("zq04", "zq17", (a, b) -> a != b, "zq27"))
            .error(Errno.EINVAL, "zq28", a -> a.number(COUNT) == 5).provoke("zq29")
            .error(Errno.EINVAL, "zq30").untested("zq31")
            .error(Errno.EINTR, "zq32")
            .lock(new Lock("zq33", Lock.Kind.RWLOCK, Lock.Mode.READ, Lock.Scope.CALLER_HELD, "zq34"))
            .signal(new Signal("zq35", 10, Signal.Direction.RECEIVE, Signal.Action.RETURN, "zq36", "zq37", "zq38",
                    new Delivery(Delivery.Timing.WHILE_BLOCKED, List.of("zq39"), 3, true,
                            Delivery.Queueing.REALTIME, Set.of(Delivery.ProcessState.SLEEPING),
                            Set.of(Delivery.ProcessState.ZOMBIE)),
                    new SignalHandling(true, Set.of("ZQ40"), Set.of("ZQ41"), Optional.of(Errno.EINTR), "")))
            .signal(new Signal("zq42", 0, Signal.Direction.SEND, Signal.Action.TRANSFORM, "zq43", "", "",
                    Delivery.anytime(), new SignalHandling(false, Set.of(), Set.of(), Optional.empty(), "ZQ44")))
            .signalMask(new SignalMask("zq45", List.of("ZQ46", "ZQ47"), "zq48"))
            .effect(Effect.on("zq49", "zq50", Effect.Bit.NETWORK, Effect.Bit.HARDWARE).when("zq51").undoable()
                    .leavesOnError("zq52"))
            .effect("zq53")
            .transition(new Transition("zq54", "zq55", "zq56", "zq57", "zq58", ""))
            .capability(new Capability("ZQ65", 21, Capability.Action.INCREASE_LIMIT, "zq66", "zq67", "zq68", 2,
                    List.of("ZQ69")))
            .limit("zq70", "zq71 <= zq72", "zq73")
            .structure(STRUCT)
            .example("zq74()", "zq75").note("zq76")
            .returning(new Result(CType.LONG, new ResultCheck.Range(0, 1L << 60), "zq77"));

    /** Every word of {@link #SPEC}, in the form that a search finds. */
    public static List<String> words() {
        return java.util.stream.IntStream.rangeClosed(1, 77).mapToObj(i -> String.format("zq%02d", i)).toList();
    }
}
