package org.quern.kapi.bind;

import java.lang.invoke.MethodHandles;

import org.junit.jupiter.api.Test;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Errno;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.ResultCheck;
import org.quern.kapi.SpecGaps;
import org.quern.kapi.UnspecifiedErrnoException;
import org.quern.kapi.UnspecifiedResultException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a declaration does not say is reported and counted. */
class OutcomeTest {
    public interface IntToLong {
        long call(int argument);
    }

    private static long counted(String what) {
        return SpecGaps.counted().getOrDefault(what, 0L);
    }

    @Test
    void aReturnThatTheDeclarationDoesNotAllowIsReportedWithItsValue() {
        CallSpec wrong = CallSpec.call("sysconf", "C library", "Ask.").param(Param.number("name", CType.INT))
                .returning(new Result(CType.LONG, new ResultCheck.Exact(0), "never true"));
        IntToLong sysconf = NativeCall.bind(MethodHandles.lookup(), wrong).as(IntToLong.class);
        long before = counted("sysconf returned what its declaration does not allow");
        assertThatThrownBy(() -> sysconf.call(30)).isInstanceOfSatisfying(UnspecifiedResultException.class,
                e -> assertThat(e.result()).isGreaterThanOrEqualTo(4096))
                .hasMessageMatching("sysconf returned \\d+, which its declaration does not allow: 0");
        assertThat(counted("sysconf returned what its declaration does not allow")).isEqualTo(before + 1);
    }

    @Test
    void anUnlistedErrnoIsCountedInBandToo() throws Throwable {
        CallSpec bare = CallSpec.call("close", "Linux 1.0", "Close.").param(Param.number("fd", CType.INT))
                .returning(Result.zero());
        NativeCall close = NativeCall.bind(MethodHandles.lookup(), bare);
        String gap = "close failed with EBADF (9, not an open descriptor)";
        long before = counted(gap);
        assertThat((long) close.handle().invokeExact(999_999)).isEqualTo(-Errno.EBADF.number());
        assertThat(counted(gap)).isEqualTo(before + 1);
        assertThatThrownBy(() -> close.as(IntToLong.class).call(999_999)).isInstanceOf(UnspecifiedErrnoException.class);
        assertThat(counted(gap)).isEqualTo(before + 2);
    }

    @Test
    void aListedErrnoIsNot() throws Throwable {
        CallSpec full = CallSpec.call("close", "Linux 1.0", "Close.").param(Param.number("fd", CType.INT))
                .error(Errno.EBADF, "not open").returning(Result.zero());
        var before = SpecGaps.counted();
        assertThat((long) NativeCall.bind(MethodHandles.lookup(), full).handle().invokeExact(999_999))
                .isEqualTo(-Errno.EBADF.number());
        assertThat(SpecGaps.counted()).isEqualTo(before);
    }
}
