package org.quern.kapi.bind;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

import org.junit.jupiter.api.Test;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Constants;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.MemoryConstraint;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A call of one's own, from its manual page to a Java method. */
class JavaMethodTest {
    // snippet: own-call
    /** getrandom(2). */
    public interface Getrandom {
        long getrandom(MemorySegment buf, long buflen, int flags);
    }

    private static final Param BUFLEN = Param.size("buflen").says("how many bytes are wanted");

    static final CallSpec GETRANDOM = CallSpec.call("getrandom", "Linux 3.17", "Fill memory with random bytes.")
            .param(Param.memory("buf").out().must(new MemoryConstraint.SizedBy(BUFLEN, 1)).says("receives them"))
            .param(BUFLEN)
            .param(Param.flags("flags", CType.UNSIGNED_INT,
                    Constants.none().and("GRND_NONBLOCK", 1).and("GRND_RANDOM", 2)).says("which source"))
            .error(Errno.EAGAIN, "the source is not ready", a -> (a.number("flags") & 1) != 0)
            .error(Errno.EFAULT, "buf is not writable memory").error(Errno.EINTR, "a signal arrived")
            .returning(Result.count(CType.SSIZE_T, "how many bytes were filled in"));

    private static final Getrandom RANDOM = NativeCall.bind(MethodHandles.lookup(), GETRANDOM).as(Getrandom.class);
    // end: own-call

    private static final CallSpec CLOSE = CallSpec.call("close", "Linux 1.0", "Close.").param(Param.fd("fd"))
            .error(Errno.EBADF, "not open").returning(Result.zero());

    public interface Closing {
        void close(int fd);
    }

    public interface ClosingInt {
        int close(int fd);
    }

    public interface WrongParameter {
        void close(long fd);
    }

    public interface TooFew {
        void close();
    }

    public interface WrongResult {
        short close(int fd);
    }

    public interface Forgets {
        void getrandom(MemorySegment buf, long buflen, int flags);
    }

    public interface TwoMethods {
        void close(int fd);

        void open(int fd);
    }

    interface Hidden {
        void close(int fd);
    }

    @Test
    void theCallIsMadeAndChecked() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(64);
            assertThat(RANDOM.getrandom(bytes, 64, 0)).isEqualTo(64);
            assertThat(bytes.mismatch(arena.allocate(64))).as("all zeros, by a chance of 2^-512").isNotEqualTo(-1);
            assertThatThrownBy(() -> RANDOM.getrandom(bytes, 65, 0)).isInstanceOf(SpecViolationException.class)
                    .hasMessage("getrandom: buf of 64 bytes, buflen=65: must be memory of at least buflen bytes");
            assertThatThrownBy(() -> RANDOM.getrandom(bytes, 64, 8)).isInstanceOf(SpecViolationException.class)
                    .hasMessageContaining("flags=0x8 must be a combination of GRND_NONBLOCK, GRND_RANDOM");
        }
    }

    @Test
    void memoryTheKernelMustNotTouchIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment readOnly = arena.allocate(8).asReadOnly();
            assertThatThrownBy(() -> RANDOM.getrandom(readOnly, 8, 0)).isInstanceOf(SpecViolationException.class)
                    .hasMessageContaining("must be writable");
        }
        assertThatThrownBy(() -> RANDOM.getrandom(MemorySegment.NULL, 0, 0)).isInstanceOf(SpecViolationException.class)
                .hasMessageContaining("buf=0x0 must be other than null");
        assertThatThrownBy(() -> RANDOM.getrandom(MemorySegment.ofArray(new byte[8]), 8, 0))
                .isInstanceOf(SpecViolationException.class).hasMessageContaining("outside the heap");
        MemorySegment closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = arena.allocate(8);
        }
        assertThatThrownBy(() -> RANDOM.getrandom(closed, 8, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void failuresAreExceptionsWithTheirArguments() {
        NativeCall close = NativeCall.bind(MethodHandles.lookup(), CLOSE);
        assertThatThrownBy(() -> close.as(Closing.class).close(999_999)).isInstanceOf(KernelException.class)
                .hasMessage("close(fd=999999) failed: EBADF (9, not an open descriptor): not open");
        assertThatThrownBy(() -> close.as(ClosingInt.class).close(999_998)).isInstanceOf(KernelException.class);
        MethodHandle throwing = close.throwing();
        assertThatThrownBy(() -> {
            long ignored = (long) throwing.invokeExact(999_997);
        }).isInstanceOf(KernelException.class).hasMessageContaining("fd=999997");
    }

    @Test
    void aMethodOfAnotherTypeIsRefusedWithTheParameter() {
        NativeCall close = NativeCall.bind(MethodHandles.lookup(), CLOSE);
        assertRefused(close, WrongParameter.class, "parameter 0 is long, 'fd' of int close(int fd) needs int");
        assertRefused(close, TooFew.class, "has 0 parameters, int close(int fd) has 1");
        assertRefused(close, WrongResult.class, "returns short, int close(int fd) returns 0");
        assertRefused(close, TwoMethods.class, "one abstract method, and has 2");
        assertRefused(close, Hidden.class, "must be a public interface");
        assertRefused(close, String.class, "must be a public interface");
        assertRefused(NativeCall.bind(MethodHandles.lookup(), GETRANDOM), Forgets.class, "returns void");
    }

    private static void assertRefused(NativeCall call, Class<?> type, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> call.as(type)).withMessageContaining(message);
    }

    @Test
    void aCallThatIsNotThereSaysSoAsAMethodToo() {
        CallSpec absent = CallSpec.call("no_such_call", "Linux 99", "Nothing.").param(Param.fd("fd"))
                .returning(Result.zero());
        Closing method = NativeCall.bind(MethodHandles.lookup(), absent).as(Closing.class);
        assertThatThrownBy(() -> method.close(1)).isInstanceOf(CallUnavailableException.class);
    }

    @Test
    void aLookupThatProvesNothingIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> NativeCall.bind(MethodHandles.publicLookup(), CLOSE))
                .withMessageContaining("caller=").withMessageContaining("pass MethodHandles.lookup()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NativeCall.bind(MethodHandles.lookup().in(Object.class), CLOSE))
                .withMessageContaining("caller=");
    }

    /** Loaded a second time, by a class loader of its own: then it belongs to a module without native access. */
    public static final class Stranger {
        private Stranger() {}

        public static MethodHandles.Lookup lookup() {
            return MethodHandles.lookup();
        }
    }

    @Test
    void aModuleWithoutNativeAccessIsForbiddenAndToldTheFlag() throws Exception {
        Class<?> stranger = new ClassLoader(null) {
            Class<?> define() throws java.io.IOException {
                String file = Stranger.class.getName().replace('.', '/') + ".class";
                try (var in = Stranger.class.getModule().getResourceAsStream(file)) {
                    byte[] code = in.readAllBytes();
                    return defineClass(Stranger.class.getName(), code, 0, code.length);
                }
            }
        }.define();
        assertThat(stranger.getModule().isNativeAccessEnabled()).isFalse();
        MethodHandles.Lookup theirs = (MethodHandles.Lookup) stranger.getMethod("lookup").invoke(null);
        NativeCall call = NativeCall.bind(theirs, CLOSE);
        assertThat(call.availability().state()).isEqualTo(org.quern.kapi.Availability.State.FORBIDDEN);
        assertThat(call.availability().reason()).isEqualTo("start the JVM with --enable-native-access=ALL-UNNAMED");
        assertThatThrownBy(() -> call.as(Closing.class).close(-1)).isInstanceOf(CallUnavailableException.class)
                .hasMessageContaining("--enable-native-access=ALL-UNNAMED");
    }
}
