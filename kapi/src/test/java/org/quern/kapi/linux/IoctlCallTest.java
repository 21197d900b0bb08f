package org.quern.kapi.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;

import org.junit.jupiter.api.Test;
import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Errno;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.ioctl.Argument;
import org.quern.kapi.ioctl.FileKind;
import org.quern.kapi.ioctl.IoctlCall;
import org.quern.kapi.ioctl.IoctlCommand;
import org.quern.kapi.ioctl.IoctlNumber;
import org.quern.kapi.struct.FieldType;
import org.quern.kapi.struct.StructSpec;
import org.quern.kapi.struct.Transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The engine of commands, on files that everybody has, and a command of one's own. */
class IoctlCallTest {
    // snippet: own-command
    /** FIONREAD: how many bytes can be read; older than the macros, so its number is a literal. */
    private static final StructSpec COUNT = StructSpec.struct("count")
            .field("bytes", FieldType.S32, Transfer.OUT, "that can be read").end();
    private static final IoctlCommand FIONREAD = IoctlCommand.literally("FIONREAD", 0x541b,
            "without size and direction", new Argument.Pointer(COUNT), FileKind.PIPE);
    private static final CallSpec FIONREAD_SPEC = CallSpec.call("FIONREAD", "Linux 1.0", "Ask what can be read.")
            .via(FIONREAD.linkage()).param(Param.fd("fd").says("a pipe"))
            .param(Param.struct("argument", COUNT).says("receives the count")).structure(COUNT)
            .error(Errno.EBADF, "fd is not open").error(Errno.ENOTTY, "fd does not know the command")
            .error(Errno.EFAULT, "argument is not writable memory").returning(Result.zero());
    private static final IoctlCall CALL = IoctlCall.bind(MethodHandles.lookup(), FIONREAD, FIONREAD_SPEC);
    // end: own-command

    private static final CallSpec PIPE2 = CallSpec.call("pipe2", "Linux 2.6.27", "Make a pipe.")
            .param(Param.memory("fds")).param(Param.number("flags", CType.INT)).returning(Result.zero());
    private static final CallSpec WRITE = CallSpec.call("write", "Linux 1.0", "Write.").param(Param.fd("fd"))
            .param(Param.memory("buffer")).param(Param.size("count"))
            .returning(Result.count(CType.LONG, "bytes written"));

    @Test
    void aCommandOfOnesOwn() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(8);
            invoke(PIPE2, ends, Fcntl.O_CLOEXEC);
            int in = ends.getAtIndex(ValueLayout.JAVA_INT, 0);
            int out = ends.getAtIndex(ValueLayout.JAVA_INT, 1);
            invoke(WRITE, out, arena.allocate(100), 42L);
            MemorySegment count = CALL.argument(arena);
            assertThat(CALL.make(in, count)).isZero();
            assertThat(COUNT.number("bytes").get(count)).isEqualTo(42);
            Unistd.close(in);
            Unistd.close(out);
            assertThat(CALL.make(in, count)).as("a closed descriptor").isEqualTo(-Errno.EBADF.number());
        }
    }

    private static void invoke(CallSpec spec, Object... arguments) throws Throwable {
        long answer = (long) org.quern.kapi.bind.NativeCall.bind(MethodHandles.lookup(), spec).handle()
                .invokeWithArguments(arguments);
        assertThat(answer).isNotNegative();
    }

    @Test
    void unknownCommandsAreToldByTheKindOfFile() {
        int memfd = Memfd.create("x", 0);
        int pagemap = Fcntl.open("/proc/self/pagemap", Fcntl.O_RDONLY);
        try {
            IoctlCommand nonsense = IoctlCommand.plain("NONSENSE", IoctlNumber.io('f', 0x7f), new Argument.Nothing(),
                    FileKind.PAGEMAP);
            IoctlCall call = IoctlCall.bind(MethodHandles.lookup(), nonsense, scalar(nonsense));
            long answer = call.make(pagemap, 0L);
            assertThat(Errno.fromNumber((int) -answer)).isIn(Errno.EINVAL, Errno.ENOTTY); // ENOTTY before Linux 6.7
            assertThat(call.judge(answer).state()).isEqualTo(Availability.State.ABSENT);
            assertThat(call.make(memfd, 0L)).isEqualTo(-FileKind.REGULAR.unknownCommand().number());
            assertThat(call.judge(call.make(memfd, 0L)).state()).isEqualTo(Availability.State.ABSENT);
        } finally {
            Unistd.close(memfd);
            Unistd.close(pagemap);
        }
    }

    private static CallSpec scalar(IoctlCommand command) {
        return CallSpec.call(command.name(), "never", "For a test.").via(command.linkage()).param(Param.fd("fd"))
                .param(Param.number("argument", CType.LONG)).error(Errno.EINVAL, "unknown")
                .error(Errno.ENOTTY, "unknown").returning(Result.zero());
    }

    @Test
    void verdictsOfAProbe() {
        assertThat(CALL.judge(0).isPresent() && CALL.judge(7).isPresent()).isTrue();
        assertThat(CALL.judge(-Errno.EPERM.number()).state()).isEqualTo(Availability.State.NOT_PERMITTED);
        assertThat(CALL.judge(-Errno.ENOTTY.number()).reason())
                .isEqualTo("FIONREAD answers ENOTTY (25, not a device for this request)");
        assertThat(CALL.judge(-Errno.EBUSY.number()).isPresent()).as("it is known, though it failed").isTrue();
    }

    @Test
    void argumentsAreMemoryOutsideTheHeapOfTheRightSize() {
        assertThatThrownBy(() -> CALL.make(0, MemorySegment.ofArray(new byte[4])))
                .isInstanceOf(SpecViolationException.class).hasMessageContaining("outside the heap");
        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> CALL.make(0, arena.allocate(3))).isInstanceOf(SpecViolationException.class)
                    .hasMessageContaining("at least 4 bytes");
        }
        assertThatThrownBy(() -> CALL.make(0, MemorySegment.NULL)).isInstanceOf(SpecViolationException.class);
    }

    @Test
    void commandAndDeclarationMustBelongTogether() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IoctlCall.bind(MethodHandles.lookup(), FIONREAD, UserfaultCommands.UFFDIO_API))
                .withMessageContaining("spec=UFFDIO_API");
    }

    @Test
    void everyNumberAbove2To31ReachesTheKernelAsItIs() {
        assumeTrue(PagemapScan.availability().isPresent(), () -> PagemapScan.availability().reason());
        assertThat(PagemapScan.SCAN.request()).isGreaterThan(1L << 31);
        assertThat(PagemapScan.categories() & PagemapScan.PAGE_IS_PRESENT).isNotZero();
    }

    @Test
    void aScanOfAnotherSizeIsRefusedAsAnotherVersion() {
        assumeTrue(PagemapScan.availability().isPresent());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = PagemapScan.argument(arena);
            assertThat(PagemapLayouts.PM_SCAN_ARG.number("size").get(argument)).isEqualTo(96);
            PagemapLayouts.PM_SCAN_ARG.number("size").set(argument, 104);
            assertThatThrownBy(() -> PagemapScan.tryScan(0, argument)).isInstanceOf(SpecViolationException.class)
                    .hasMessage("PAGEMAP_SCAN: size=104 must be in 96..96");
        }
    }
}
