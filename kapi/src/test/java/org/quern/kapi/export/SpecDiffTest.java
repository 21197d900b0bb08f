package org.quern.kapi.export;

import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.quern.kapi.CType;
import org.quern.kapi.CallBuilder;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Constants;
import org.quern.kapi.Constraint;
import org.quern.kapi.Effect;
import org.quern.kapi.Errno;
import org.quern.kapi.Everything;
import org.quern.kapi.Lock;
import org.quern.kapi.Param;
import org.quern.kapi.Result;

import static org.assertj.core.api.Assertions.assertThat;

/** Synthetic changes, each found and weighed. */
class SpecDiffTest {
    private static final Constants BITS = Constants.none().and("A", 1).and("B", 2);

    private static CallSpec spec(Param first, UnaryOperator<CallBuilder> more) {
        return more.apply(CallSpec.call("f", "Linux 1.0", "Do.").param(first)
                .param(Param.flags("flags", CType.INT, BITS)).error(Errno.EIO, "broken")).returning(Result.zero());
    }

    private static Param range(long min, long max) {
        return Param.number("n", CType.LONG).must(new Constraint.Range(min, max));
    }

    private static final CallSpec OLD = spec(range(0, 9), b -> b);

    private static List<String> changes(CallSpec now) {
        return SpecDiff.between(List.of(OLD), List.of(now)).stream().map(Change::toString).toList();
    }

    @Test
    void equalExportsHaveNone() {
        assertThat(changes(spec(range(0, 9), b -> b))).isEmpty();
        List<CallSpec> everything = List.of(Everything.SPEC);
        assertThat(SpecDiff.between(everything, SpecJson.read(SpecJson.write(everything)))).isEmpty();
    }

    @Test
    void callsComeAndGo() {
        assertThat(SpecDiff.between(List.of(OLD), List.of(Everything.SPEC))).extracting(Change::toString)
                .containsExactly("BREAKING  f: removed int f(long n, int flags)",
                        "BEHAVIOUR zq01: added " + Everything.SPEC.prototype());
    }

    @Test
    void aNarrowerRangeBreaksAWiderOneDoesNot() {
        assertThat(changes(spec(range(0, 5), b -> b)))
                .containsExactly("BREAKING  f.signature.params.n.constraints.range.max: 9 -> 5");
        assertThat(changes(spec(range(1, 9), b -> b)))
                .containsExactly("BREAKING  f.signature.params.n.constraints.range.min: 0 -> 1");
        assertThat(changes(spec(range(-1, 10), b -> b)))
                .containsExactly("BEHAVIOUR f.signature.params.n.constraints.range.min: 0 -> -1",
                        "BEHAVIOUR f.signature.params.n.constraints.range.max: 9 -> 10");
    }

    @Test
    void aRuleMoreBreaksARuleLessDoesNot() {
        assertThat(changes(spec(range(0, 9).must(new Constraint.NonZero()), b -> b)))
                .containsExactly("BREAKING  f.signature.params.n.constraints.nonZero: added [nonZero]");
        assertThat(changes(spec(Param.number("n", CType.LONG), b -> b)))
                .containsExactly("BEHAVIOUR f.signature.params.n.constraints.range: removed [range, 0, 9]");
    }

    @Test
    void errorsEffectsAndLocksChangeBehaviour() {
        assertThat(changes(spec(range(0, 9), b -> b.error(Errno.EINTR, "a signal").lock(Lock.reads("l"))
                .effect(Effect.remark("It squeaks.")))))
                .containsExactly("BEHAVIOUR f.errors.EINTR 'a signal': added [EINTR, a signal]",
                        "BEHAVIOUR f.behaviour.locks.l: added [l, RWLOCK, READ, INTERNAL]",
                        "BEHAVIOUR f.behaviour.effects.entry: added [It squeaks., false]");
    }

    @Test
    void typesParametersAndTheirOrderBreak() {
        assertThat(changes(spec(Param.number("n", CType.INT).must(new Constraint.Range(0, 9)), b -> b)))
                .containsExactly("BREAKING  f.signature.params.n.type: LONG -> INT");
        assertThat(changes(spec(range(0, 9), b -> b.param(Param.fd("fd"))))).singleElement().asString()
                .startsWith("BREAKING  f.signature.params.fd: added");
        CallSpec turned = CallSpec.call("f", "Linux 1.0", "Do.").param(Param.flags("flags", CType.INT, BITS))
                .param(range(0, 9)).error(Errno.EIO, "broken").returning(Result.zero());
        assertThat(changes(turned))
                .containsExactly("BREAKING  f.signature.params: order [n, flags] -> order [flags, n]");
    }

    @Test
    void wordsAreOnlyWords() {
        assertThat(changes(spec(range(0, 9).says("a number"), b -> b.note("Mind the gap."))))
                .containsExactly("WORDS     f.signature.params.n.text: added a number",
                        "WORDS     f.prose.notes.Mind the gap.: added Mind the gap.");
    }

    @Test
    void aBitThatIsNoLongerAcceptedBreaks() {
        CallSpec fewer = CallSpec.call("f", "Linux 1.0", "Do.").param(range(0, 9))
                .param(Param.flags("flags", CType.INT, Constants.none().and("A", 1))).error(Errno.EIO, "broken")
                .returning(Result.zero());
        assertThat(changes(fewer))
                .contains("BREAKING  f.signature.params.flags.constraints.mask.known.entries.B: removed [B, 2]");
    }
}
