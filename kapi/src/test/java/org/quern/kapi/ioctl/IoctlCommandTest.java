package org.quern.kapi.ioctl;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.quern.kapi.Errno;
import org.quern.kapi.struct.FieldType;
import org.quern.kapi.struct.StructSpec;
import org.quern.kapi.struct.Transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class IoctlCommandTest {
    private static final StructSpec IN_ONLY = StructSpec.struct("in_only").field("a", FieldType.U64, Transfer.IN, "")
            .end();
    private static final StructSpec BOTH = StructSpec.struct("both").field("a", FieldType.U64, Transfer.IN, "")
            .field("b", FieldType.U64, Transfer.OUT, "").end();

    @Test
    void directionAndMembersMustAgree() {
        assertThat(IoctlCommand.on("RIGHT", IoctlNumber.iow(1, 1, IN_ONLY), IN_ONLY, FileKind.PIPE).request())
                .isEqualTo(IoctlNumber.iow(1, 1, IN_ONLY).encode(IoctlAbi.host()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IoctlCommand.on("SWAPPED", IoctlNumber.ior(1, 1, IN_ONLY), IN_ONLY, FileKind.PIPE))
                .withMessageContaining("direction=READ: the members of struct in_only of SWAPPED travel WRITE");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IoctlCommand.on("HALF", IoctlNumber.iow(1, 1, BOTH), BOTH, FileKind.PIPE))
                .withMessageContaining("travel READ_WRITE");
    }

    @Test
    void sizeAndStructureMustAgree() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IoctlCommand.on("OTHER", IoctlNumber.iowr(1, 1, IN_ONLY), BOTH, FileKind.PIPE))
                .withMessageContaining("size=8: OTHER takes struct both of 16 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> IoctlCommand.plain("NUMBER", IoctlNumber.iow(1, 1, BOTH),
                new Argument.Scalar("flags"), FileKind.PIPE)).withMessageContaining("names a structure of 16 bytes");
    }

    @Test
    void aNumberOnRecordMustBeTheOneComputed() {
        IoctlCommand command = IoctlCommand.on("BOTH", IoctlNumber.iowr(0xaa, 3, BOTH), BOTH, FileKind.PIPE);
        assertThat(command.recorded(0xc010aa03L)).isEqualTo(command);
        assertThatIllegalArgumentException().isThrownBy(() -> command.recorded(0xc028aa03L))
                .withMessage("recorded=0xc028aa03: BOTH gives 0xc010aa03");
    }

    @Test
    void historicNumbersNeedAReason() {
        for (long literal : List.of(0x5401L, 0x541bL, 0x5421L, 0x5451L)) {
            assertThat(IoctlCommand.literally("OLD", literal, "older than the macros", new Argument.Nothing(),
                    FileKind.TERMINAL).request()).isEqualTo(literal);
        }
        assertThatIllegalArgumentException().isThrownBy(
                () -> IoctlCommand.literally("OLD", 0x5401, "", new Argument.Nothing(), FileKind.TERMINAL))
                .withMessageContaining("reason=''");
        assertThatIllegalArgumentException().isThrownBy(() -> new IoctlCommand("NEW", IoctlNumber.io(1, 1), -1,
                "for no reason", new Argument.Nothing(), Set.of(FileKind.PIPE), Set.of(), false));
    }

    @Test
    void aMiscodedDirectionIsKeptOnEveryArchitecture() {
        IoctlCommand wake = IoctlCommand.miscoded("WAKE", IoctlNumber.ior(0xaa, 2, IN_ONLY),
                "only passes data in, and says read", new Argument.Pointer(IN_ONLY), FileKind.USERFAULTFD);
        assertThat(wake.request()).isEqualTo(wake.number().encode(IoctlAbi.host()));
        assertThat(wake.number().encode(IoctlAbi.POWERPC)).isEqualTo(0x4008aa02L);
    }

    @Test
    void theAnswerIsDefinedOnSuccessAndWhereItIsSaidToBe() {
        IoctlCommand copy = IoctlCommand.on("BOTH", IoctlNumber.iowr(0xaa, 3, BOTH), BOTH, FileKind.PIPE)
                .answersOn(Errno.EAGAIN, Errno.EEXIST);
        assertThat(copy.isAnswerDefined(0) && copy.isAnswerDefined(7)).isTrue();
        assertThat(copy.isAnswerDefined(-Errno.EAGAIN.number())).isTrue();
        assertThat(copy.isAnswerDefined(-Errno.EINVAL.number())).isFalse();
        assertThat(copy.restarts().restartable()).isTrue();
    }

    @Test
    void bothWaysToSayUnknownAreUnderstood() {
        assertThat(IoctlCommand.meansUnknown(Errno.ENOTTY) && IoctlCommand.meansUnknown(Errno.EINVAL)).isTrue();
        assertThat(IoctlCommand.meansUnknown(Errno.EFAULT)).isFalse();
    }
}
