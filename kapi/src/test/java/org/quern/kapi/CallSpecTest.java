package org.quern.kapi;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CallSpecTest {
    private static final Constants BITS = Constants.none().and("ONE", 1).and("TWO", 2);

    private static CallBuilder open() {
        return CallSpec.call("open_door", "Linux 9.9", "Open a door.").param(Param.fd("door"))
                .param(Param.flags("how", CType.INT, BITS));
    }

    @Test
    void prototypeIsDerivedFromTheParameters() {
        assertThat(open().returning(Result.zero()).prototype()).isEqualTo("int open_door(int door, int how)");
        assertThat(CallSpec.call("f", "x", "y").returning(Result.address()).prototype()).isEqualTo("void *f(void)");
    }

    @Test
    void pageHoldsEveryFieldOnce() {
        String page = ReferencePage.of(open().error(Errno.EBUSY, "somebody stands in it").effect("It squeaks.")
                .relation(Relation.Kind.SUM_DOES_NOT_WRAP, "door", "how").returning(Result.zero())).plain();
        assertThat(page).contains("open_door - Open a door.", "since  Linux 9.9", "must be a combination of ONE, TWO",
                "EBUSY  somebody stands in it", "It squeaks.", "door + how must not wrap around");
        assertThat(page.split("squeaks", -1)).hasSize(2);
    }

    @Test
    void contradictionsAreRefusedByName() {
        assertThatIllegalArgumentException().isThrownBy(() -> open().param(Param.fd("door")).returning(Result.zero()))
                .withMessageContaining("params:").withMessageContaining("open_door");
        assertThatIllegalArgumentException().isThrownBy(
                () -> open().relation(Relation.Kind.SUM_DOES_NOT_WRAP, "door", "wall").returning(Result.zero()))
                .withMessageContaining("wall");
        assertThatIllegalArgumentException().isThrownBy(
                () -> open().error(Errno.EBUSY, "twice").error(Errno.EBUSY, "twice").returning(Result.zero()))
                .withMessageContaining("EBUSY");
        assertThatIllegalArgumentException().isThrownBy(() -> CallSpec.call("", "x", "y").returning(Result.zero()))
                .withMessageContaining("name=''");
        assertThatIllegalArgumentException().isThrownBy(() -> Param.memory("p").must(new Constraint.NonZero()))
                .withMessageContaining("constraints=");
        assertThatIllegalArgumentException().isThrownBy(() -> new Constraint.Range(2, 1))
                .withMessageContaining("min=2");
        assertThatIllegalArgumentException().isThrownBy(() -> BITS.and("ONE", 4)).withMessageContaining("ONE");
    }

    @Test
    void valuesArePrintedByName() {
        Param how = Param.flags("how", CType.INT, BITS);
        assertThat(how.show(3)).isEqualTo("ONE|TWO");
        assertThat(how.show(9)).isEqualTo("ONE|0x8");
        assertThat(how.show(0)).isEqualTo("0");
        assertThat(Param.choice("c", CType.INT, BITS).show(2)).isEqualTo("TWO");
        assertThat(Param.choice("c", CType.INT, BITS).show(7)).isEqualTo("7");
        assertThat(Param.address("a").show(-1)).isEqualTo("0xffffffffffffffff");
    }

    @Test
    void anExceptionListsTheConditionsThatTheArgumentsAllow() {
        CallSpec spec = open().error(Errno.EINVAL, "door is odd", a -> a.number("door") % 2 == 1)
                .error(Errno.EINVAL, "how is TWO", a -> a.number("how") == 2).error(Errno.EBUSY, "in use")
                .returning(Result.zero());
        Arguments odd = new Arguments(spec, java.util.List.of(3, 1));
        assertThat(KernelException.of(odd, 22)).isExactlyInstanceOf(KernelException.class)
                .hasMessage("open_door(door=3, how=ONE) failed: EINVAL (22, invalid argument): door is odd");
        Arguments neither = new Arguments(spec, java.util.List.of(2, 1));
        assertThat(KernelException.of(neither, 22)).hasMessageEndingWith("door is odd; or how is TWO");
        assertThat(KernelException.of(odd, 16).errno()).isEqualTo(Errno.EBUSY);
    }

    @Test
    void anErrnoThatIsNotListedIsReportedAsSuch() {
        Arguments arguments = new Arguments(open().returning(Result.zero()), java.util.List.of(3, 1));
        assertThat(KernelException.of(arguments, 5)).isInstanceOf(UnspecifiedErrnoException.class)
                .hasMessageContaining("EIO (5").hasMessageContaining("does not list");
        assertThat(KernelException.of(arguments, 4000).errno()).isEqualTo(Errno.UNKNOWN);
        assertThat(KernelException.of(arguments, 4000)).hasMessageContaining("errno 4000");
    }

    @Test
    void argumentsMustMatchTheDeclaration() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Arguments(open().returning(Result.zero()), java.util.List.of(1)))
                .withMessageContaining("2 parameters");
    }
}
