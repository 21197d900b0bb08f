package org.quern.kapi.bind;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.UnspecifiedErrnoException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NativeCallTest {
    private static final CallSpec CLOSE = CallSpec.call("close", "Linux 1.0", "Close.").param(Param.fd("fd"))
            .error(Errno.EBADF, "not open").returning(Result.zero());

    private static final MethodHandle SYSCONF = NativeCall
            .bind(MethodHandles.lookup(), CallSpec.call("sysconf", "C library", "Ask.")
                    .param(Param.number("name", CType.INT)).returning(Result.count(CType.LONG, "value")))
            .handle();

    @Test
    void errnoComesBackInBand() throws Throwable {
        assertThat((long) NativeCall.bind(MethodHandles.lookup(), CLOSE, true).handle().invokeExact(999_999))
                .isEqualTo(-Errno.EBADF.number());
    }

    @Test
    void aBrokenRuleIsRefusedBeforeTheCall() {
        assertThatThrownBy(() -> {
            long ignored = (long) NativeCall.bind(MethodHandles.lookup(), CLOSE, true).handle().invokeExact(-1);
        }).isInstanceOf(SpecViolationException.class).hasMessage("close: fd=-1 must be in 0..2147483647");
    }

    @Test
    void withoutValidationTheKernelAnswersItself() throws Throwable {
        assertThat((long) NativeCall.bind(MethodHandles.lookup(), CLOSE, false).handle().invokeExact(-1))
                .isEqualTo(-Errno.EBADF.number());
    }

    @Test
    void aCallThatTheSystemDoesNotHaveSaysSoWhenItIsMade() {
        CallSpec spec = CallSpec.call("no_such_call_here", "Linux 99", "Nothing.").param(Param.fd("fd"))
                .param(Param.memory("p")).returning(Result.zero());
        NativeCall call = NativeCall.bind(MethodHandles.lookup(), spec);
        assertThat(call.availability().state()).isEqualTo(Availability.State.ABSENT);
        assertThatThrownBy(() -> {
            long ignored = (long) call.handle().invokeExact(1, java.lang.foreign.MemorySegment.NULL);
        }).isInstanceOf(CallUnavailableException.class).hasMessageContaining("the C library has no no_such_call_here");
    }

    @Test
    void anUnlistedErrnoIsItsOwnException() throws Throwable {
        CallSpec bare = CallSpec.call("close", "Linux 1.0", "Close.").param(Param.number("fd", CType.INT))
                .returning(Result.zero());
        NativeCall call = NativeCall.bind(MethodHandles.lookup(), bare);
        long result = (long) call.handle().invokeExact(999_999);
        KernelException failure = call.failure(result, 999_999);
        assertThat(failure).isInstanceOf(UnspecifiedErrnoException.class).hasMessageContaining("EBADF (9");
    }

    @Test
    void everyThreadSeesItsOwnErrno() throws Exception {
        MethodHandle close = NativeCall.bind(MethodHandles.lookup(), CLOSE).handle();
        CallSpec dup = CallSpec.call("mprotect", "Linux 1.0", "Protect.").param(Param.address("addr"))
                .param(Param.size("length")).param(Param.number("prot", CType.INT)).error(Errno.ENOMEM, "not mapped")
                .returning(Result.zero());
        MethodHandle mprotect = NativeCall.bind(MethodHandles.lookup(), dup).handle();
        AtomicInteger wrong = new AtomicInteger();
        Runnable badf = () -> repeat(wrong, -Errno.EBADF.number(), () -> (long) close.invokeExact(999_999));
        Runnable nomem = () -> repeat(wrong, -Errno.ENOMEM.number(),
                () -> (long) mprotect.invokeExact(4096L, 4096L, 0));
        Thread[] threads = {Thread.ofPlatform().start(badf), Thread.ofPlatform().start(nomem),
                Thread.ofVirtual().start(badf), Thread.ofVirtual().start(nomem)};
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).hasValue(0);
    }

    private interface Call {
        long make() throws Throwable;
    }

    private static void repeat(AtomicInteger wrong, long expected, Call call) {
        for (int i = 0; i < 20_000; i++) {
            try {
                if (call.make() != expected) {
                    wrong.incrementAndGet();
                }
            } catch (Throwable e) {
                wrong.incrementAndGet();
            }
        }
    }

    @Test
    void nothingIsAllocatedOnSuccess() throws Throwable {
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long bytes = Long.MAX_VALUE;
        for (int round = 0; round < 200 && bytes >= 1000; round++) { // until the compiler has caught up
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThat(callOften(100_000)).isPositive();
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(bytes).as("bytes allocated by 100,000 compiled calls").isLessThan(1000);
    }

    private static long callOften(int times) throws Throwable {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            sum += (long) SYSCONF.invokeExact(30);
        }
        return sum;
    }
}
