package org.quern.jcstress.controls.kapi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of ErrnoStress: one errno cell for all threads, read after the call. Must be caught. */
@JCStressTest
@Outcome(id = "9, 22", expect = ACCEPTABLE, desc = "each its own")
@Outcome(expect = FORBIDDEN, desc = "one call's errno seen by the other")
@State
public class SharedErrnoControl {
    private static final MemorySegment CELL = Arena.global().allocate(Linker.Option.captureStateLayout());
    private static final MethodHandle CLOSE = bind("close", ValueLayout.JAVA_INT);
    private static final MethodHandle SYSCONF = bind("sysconf", ValueLayout.JAVA_LONG);

    @SuppressWarnings("restricted")
    private static MethodHandle bind(String name, ValueLayout result) {
        return Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, ValueLayout.JAVA_INT), Linker.Option.captureCallState("errno"));
    }

    @Actor
    public void close(II_Result r) {
        try {
            int ignored = (int) CLOSE.invokeExact(CELL, 999_999);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        r.r1 = CELL.get(ValueLayout.JAVA_INT, 0);
    }

    @Actor
    public void sysconf(II_Result r) {
        try {
            long ignored = (long) SYSCONF.invokeExact(CELL, 999_999);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        r.r2 = CELL.get(ValueLayout.JAVA_INT, 0);
    }
}
